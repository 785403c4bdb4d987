package postgres

import "testing"

// TestAddress: none of an address's passwords is told.
func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://hub:hunter2@db:5432/hub?sslmode=verify-full":                          "postgres://hub:xxxxx@db:5432/hub?sslmode=verify-full",
		"postgres://db/hub?password=hunter2&sslkey=%2Fk.pem&sslpassword=hunter2&user=hub": "postgres://db/hub?sslkey=%2Fk.pem&user=hub",
		"postgres://hub:hunter%zz@db/hub":                                                 "postgres",
	} {
		if got := Address(address); got != want {
			t.Errorf("%s", got)
		}
	}
}
