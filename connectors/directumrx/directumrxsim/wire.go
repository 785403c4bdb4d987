package directumrxsim

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

const (
	root       = "/Integration/odata"
	maxRequest = 8 << 10 // of the request line, in bytes: what the server's platform takes unless it is told otherwise
)

// wire is the integration service.
func (s *Sim) wire() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /Integration/Check", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET "+root+"/Integration/GetConnectChecking", s.known(func(w http.ResponseWriter, _ *http.Request) error {
		simkit.WriteJSON(w, http.StatusOK, map[string]any{"@odata.context": root + "/$metadata#Edm.Boolean", "value": true})
		return nil
	}))
	mux.HandleFunc(root+"/", s.known(s.route))
	mux.HandleFunc(root, s.known(s.route))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { say(w, missing(r.URL.Path)) })
	return mux
}

// known lets requests of the one user through, by HTTP Basic or by the headers
// Username and Password.
func (s *Sim) known(next func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, password, ok := r.BasicAuth()
		if !ok {
			name, password = r.Header.Get("Username"), r.Header.Get("Password")
		}
		err := error(nil)
		switch {
		case !same(name, s.cfg.Username) || !same(password, s.cfg.Password):
			err = refuse(http.StatusUnauthorized, "Неверное имя пользователя или пароль")
		case len(r.RequestURI) > maxRequest:
			err = refuse(http.StatusRequestURITooLong, "Строка запроса длиннее %d байт", maxRequest)
		default:
			err = next(w, r)
		}
		if err != nil {
			say(w, err)
		}
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// segment is a part of a path: a name and the key in brackets.
type segment struct {
	name  string
	key   int64
	keyed bool
}

func segments(path string) ([]segment, error) {
	path = strings.Trim(strings.TrimPrefix(path, root), "/")
	if path == "" {
		return nil, nil
	}
	var out []segment
	for part := range strings.SplitSeq(path, "/") {
		name, rest, keyed := strings.Cut(part, "(")
		seg := segment{name: name, keyed: keyed}
		if keyed {
			digits, closed := strings.CutSuffix(rest, ")")
			id, err := strconv.ParseInt(digits, 10, 64)
			if !closed || err != nil {
				return nil, bad("Ключ в %q не является целым числом", part)
			}
			seg.key = id
		}
		out = append(out, seg)
	}
	return out, nil
}

// route finds what the path names.
func (s *Sim) route(w http.ResponseWriter, r *http.Request) error {
	path, err := segments(r.URL.Path)
	if err != nil {
		return err
	}
	if len(path) == 0 || len(path) == 1 && path[0].name == "$metadata" {
		return s.describe(w, r, len(path) == 1)
	}
	t := s.schema.sets[path[0].name]
	if t == nil {
		return missing("набор сущностей " + path[0].name)
	}
	switch {
	case len(path) == 1 && !path[0].keyed:
		return s.onSet(w, r, t)
	case len(path) == 1:
		return s.onEntity(w, r, t, path[0].key)
	case len(path) == 2 && !path[0].keyed && path[1] == segment{name: "$count"}:
		return s.count(w, r, t)
	case path[0].keyed:
		return s.onMember(w, r, t, path[0].key, path[1:])
	}
	return missing(r.URL.Path)
}

// allow answers 405 for a method that is not among do.
func allow(w http.ResponseWriter, r *http.Request, do map[string]func() error) error {
	if act := do[r.Method]; act != nil {
		return act()
	}
	names := make([]string, 0, len(do))
	for _, name := range []string{"GET", "POST", "PUT", "PATCH"} {
		if do[name] != nil {
			names = append(names, name)
		}
	}
	w.Header().Set("Allow", strings.Join(names, ", "))
	return refuse(http.StatusMethodNotAllowed, "Метод %s не поддерживается", r.Method)
}

func (s *Sim) onSet(w http.ResponseWriter, r *http.Request, t *entityType) error {
	do := map[string]func() error{"GET": func() error { return s.list(w, r, t) }}
	if !t.abstract {
		do["POST"] = func() error { return s.create(w, r, t) }
	}
	return allow(w, r, do)
}

func (s *Sim) onEntity(w http.ResponseWriter, r *http.Request, t *entityType, id int64) error {
	return allow(w, r, map[string]func() error{
		"GET":   func() error { return s.read(w, r, t, id) },
		"PATCH": func() error { return s.change(w, r, t, id) },
	})
}

// onMember serves a property of an entity, a row of its collections and the
// body of a version.
func (s *Sim) onMember(w http.ResponseWriter, r *http.Request, t *entityType, id int64, path []segment) error {
	p := t.byName[path[0].name]
	switch {
	case p == nil:
		return missing("свойство " + path[0].name)
	case len(path) == 1 && !path[0].keyed:
		do := map[string]func() error{"GET": func() error { return s.readProperty(w, r, t, id, p) }}
		if p.kind == rows {
			do["POST"] = func() error { return s.createRow(w, r, t, id, p) }
		}
		return allow(w, r, do)
	case p.kind != rows || !path[0].keyed:
		return missing(r.URL.Path)
	case len(path) == 1:
		return allow(w, r, map[string]func() error{
			"GET":   func() error { return s.readRow(w, r, t, id, p, path[0].key) },
			"PATCH": func() error { return s.changeRow(w, r, t, id, p, path[0].key) },
		})
	case p.name == "Versions" && path[1] == segment{name: "Body"}:
		return s.onBody(w, r, t, id, path[0].key, path[2:])
	}
	return missing(r.URL.Path)
}
