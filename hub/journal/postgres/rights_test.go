package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/sdk"
)

// as is the address with another user.
func as(t *testing.T, address, role string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "hunter2")
	return u.String()
}

// TestDiagnose: what the server says has a name and a remedy each.
func TestDiagnose(t *testing.T) {
	for code, want := range map[string]string{
		"28P01": "refuses the password", "28000": "does not let the role in", "3D000": "no such database", "42501": "lacks rights",
		"53300": "no connection left", "57P03": "starting or stopping", "53100": "disk is full", "25006": "takes no writes", "26000": "no prepared statements", "42P05": "no prepared statements", "XX000": "refuses to work",
	} {
		var open *OpenError
		err := opening(&pgconn.PgError{Code: code, Message: "as it says"})
		if !errors.As(err, &open) || !strings.Contains(open.What, want) || open.Remedy == "" || open.Why() != "as it says ("+code+")" {
			t.Errorf("%s: %v", code, err)
		}
		if unreachable := code == "53300" || code == "57P03" || code == "25006"; open.Unreachable != unreachable {
			t.Errorf("%s: unreachable %v", code, open.Unreachable)
		}
	}
}

// TestLeastRights: the hub's own role may be one that only reads and writes
// rows; what it lacks is told at check, before it is missed.
func TestLeastRights(t *testing.T) {
	const role = "appealhub_test_least"
	address := migrated(t)
	query(t, address, "DROP ROLE IF EXISTS "+role)
	query(t, address, "CREATE ROLE "+role+" LOGIN PASSWORD 'hunter2'")
	t.Cleanup(func() {
		query(t, address, "DROP OWNED BY "+role)
		query(t, address, "DROP ROLE "+role)
	})
	least := as(t, address, role)
	lacks := func(what string) {
		t.Helper()
		_, err := Check(t.Context(), least)
		var open *OpenError
		if !errors.As(err, &open) || open.What != "the role lacks rights" || !strings.Contains(open.Why(), what) {
			t.Errorf("without %s: %v", what, err)
		}
	}
	lacks("appealhub_meta")
	query(t, address, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO "+role)
	lacks("table appeals")
	query(t, address, "GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "+role)
	lacks("sequence")
	query(t, address, "GRANT USAGE ON SEQUENCE events_seq_seq TO "+role)
	lacks("sequence deliveries_id_seq")
	query(t, address, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "+role)
	for _, table := range []string{"deliveries_all", "deliveries_archive", "deadlines_all", "deadlines_archive"} {
		query(t, address, "REVOKE DELETE ON "+table+" FROM "+role)
		lacks("table " + table)
		query(t, address, "GRANT DELETE ON "+table+" TO "+role)
	}
	if _, err := Check(t.Context(), least); err != nil {
		t.Fatal(err)
	}
	j, _ := running(t, least, Options{})
	if _, err := send(t, j, "1", "1"); err != nil {
		t.Fatal(err)
	}
	for _, c := range claim(t, j, 1, time.Minute) {
		if errs, err := j.Settle(t.Context(), done(c)); err != nil || errs[0] != nil {
			t.Error(errs, err)
		}
	}
	for i := range 2 { // to the archive and back
		say(t, j, "1", fmt.Sprint(i), sdk.StatusClosed)
		if told := settleAll(t, j, "pos"); told != 1 {
			t.Errorf("%d were told", told)
		}
		if n := archiveAll(t, j, 10); n != 1 {
			t.Errorf("%d were archived", n)
		}
	}
}
