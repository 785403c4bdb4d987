package postgres

import (
	"errors"
	"strings"
	"testing"
)

// TestAddress: none of an address's passwords is told.
func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://hub:hunter2@db:5432/hub?sslmode=verify-full":                          "postgres://hub:xxxxx@db:5432/hub?sslmode=verify-full",
		"postgres://db/hub?password=hunter2&sslkey=%2Fk.pem&sslpassword=hunter2&user=hub": "postgres://db/hub?sslkey=%2Fk.pem&user=hub",
		"postgres://hub:hunter%zz@db/hub":                                                 "postgres",
		"postgres://hub:1/hunter2@db:5432/hub":                                            "postgres",
		"postgres://hub:1?hunter2@db/hub":                                                 "postgres",
	} {
		if got := Address(address); got != want {
			t.Errorf("%s", got)
		}
	}
}

// TestMisreadAddress: where the password's own signs part the address, none of it is told.
func TestMisreadAddress(t *testing.T) {
	for _, address := range []string{
		"postgres://hub:hunt@er2%word@db/hub", "postgres://hub:1/hunter2@db:5432/hub", "postgres://hub:hunt:er2@db:port/hub",
	} {
		_, err := OpenReadOnly(t.Context(), address, nil)
		var open *OpenError
		if !errors.As(err, &open) || open.Unreachable || !strings.Contains(err.Error(), "in a password as") || strings.Contains(err.Error(), "er2") {
			t.Errorf("%s: %v", address, err)
		}
		if what, remedy := BadAddress(address); what == "" || strings.Contains(what+remedy, "er2") {
			t.Errorf("%s: %s; %s", address, what, remedy)
		}
	}
	for _, address := range []string{"postgres://db/hub?user=hub&password=hunt@er2", "postgres://hub:1?hunter2@db/hub", "postgres://hub:x@db/h%40ub"} {
		if what, _ := BadAddress(address); what != "" {
			t.Errorf("%s: %s", address, what)
		}
	}
}
