package possim

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// token is the OAuth 2 password grant; the client is known by HTTP Basic.
func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok || !same(id, s.cfg.ClientID) || !same(secret, s.cfg.ClientSecret) {
		w.Header().Set("WWW-Authenticate", `Basic realm="oauth2/client"`)
		refuseGrant(w, http.StatusUnauthorized, "invalid_client", "Bad client credentials")
		return
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		refuseGrant(w, http.StatusBadRequest, "invalid_request", "Form data expected")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	switch grant := r.PostFormValue("grant_type"); {
	case grant != "password":
		refuseGrant(w, http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type")
	case !same(r.PostFormValue("username"), s.cfg.Username) || !same(r.PostFormValue("password"), s.cfg.Password):
		refuseGrant(w, http.StatusBadRequest, "invalid_grant", "Bad credentials")
	default:
		s.issue(w, r.PostFormValue("scope"))
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func refuseGrant(w http.ResponseWriter, status int, code, description string) {
	simkit.WriteJSON(w, status, map[string]string{"error": code, "error_description": description})
}

func (s *Sim) issue(w http.ResponseWriter, scope string) {
	s.mu.Lock()
	s.issued++
	n := s.issued
	random := simkit.Rand(s.cfg.Seed, fmt.Sprintf("token %d", n))
	value := fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())
	s.tokens[value] = s.kit.Clock.Now().Add(s.cfg.TokenLife)
	s.mu.Unlock()
	simkit.WriteJSON(w, http.StatusOK, map[string]any{
		"access_token": value, "token_type": "bearer", "expires_in": int(s.cfg.TokenLife.Seconds()), "scope": scope,
		"jti": fmt.Sprintf("jti-%d", n), "rsId": 1, "userId": 1, "system": s.cfg.ClientID, "superUser": false,
		"email": "edms@example.test", "surname": "Интеграция", "name": "СЭД", "patronymic": nil,
	})
}

// bearer lets requests with a good token through.
func (s *Sim) bearer(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || !s.good(value) {
			simkit.Refuse(w, http.StatusUnauthorized, "Токен отсутствует, просрочен или неизвестен")
			return
		}
		next(w, r)
	}
}

func (s *Sim) good(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, known := s.tokens[token]
	if known && !s.kit.Clock.Now().Before(until) {
		delete(s.tokens, token)
		return false
	}
	return known
}

// revoke makes every token worthless, as a restarted platform does.
func (s *Sim) revoke(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
	simkit.WriteJSON(w, http.StatusOK, map[string]int{"issued": s.issued})
}
