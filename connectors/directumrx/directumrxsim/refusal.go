package directumrxsim

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// refusal is an answer that is not a success, in OData's shape.
type refusal struct {
	status  int
	message string
}

// Error says what is wrong, in one line.
func (r *refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

func bad(format string, args ...any) error { return refuse(http.StatusBadRequest, format, args...) }

func missing(what string) error { return refuse(http.StatusNotFound, "Не найдено: %s", what) }

// say writes err as {"error":{"code":"","message":"…"}}.
func say(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{http.StatusInternalServerError, "Произошла непредвиденная ошибка"}
	}
	if r.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Integration"`)
	}
	w.Header().Set("OData-Version", "4.0")
	simkit.WriteJSON(w, r.status, map[string]any{"error": map[string]string{"code": "", "message": r.message}})
}
