package sqlite

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

// fixed are the parts of a view that an appeal is born with.
var fixed = map[string]bool{"ID": true, "Source": true, "ReceivedAt": true}

// changes change an appeal in one place each.
func changes(t *testing.T) map[string]func(*appeal) {
	out := map[string]func(*appeal){
		"head":    func(a *appeal) { a.head = []byte("another") },
		"body":    func(a *appeal) { a.body++ },
		"files":   func(a *appeal) { a.files++ },
		"numbers": func(a *appeal) { a.numbers++ },
		"refs":    func(a *appeal) { a.refs = map[string]string{"delo": "7"} },
	}
	view := reflect.TypeFor[appeal]().Field(0).Type
	for i := range view.NumField() {
		name := view.Field(i).Name
		if fixed[name] {
			continue
		}
		out[name] = func(a *appeal) {
			switch v := reflect.ValueOf(&a.View).Elem().Field(i); v.Interface().(type) {
			case time.Time:
				v.Set(reflect.ValueOf(time.Date(2030, 1, 2, 3, 4, 5, 6000, time.UTC)))
			case sdk.Date:
				v.Set(reflect.ValueOf(sdk.Date{Year: 2030, Month: 1, Day: 2}))
			case []string:
				v.Set(reflect.ValueOf([]string{"delo"}))
			default:
				switch v.Kind() {
				case reflect.Bool:
					v.SetBool(!v.Bool())
				case reflect.String:
					v.SetString("another")
				case reflect.Int, reflect.Int64:
					v.SetInt(v.Int() + 1)
				default:
					t.Errorf("no change for %s", name)
				}
			}
		}
	}
	return out
}

// TestStore: whatever has changed is written.
func TestStore(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	for name, change := range changes(t) {
		if _, err := add(t, j, name, "x"); err != nil {
			t.Fatal(err)
		}
		id := claimAll(t, j)[0].Appeal
		var want, got *appeal
		err := j.do(t.Context(), false, func(tx *tx) (err error) {
			if want, err = tx.find(id); err != nil {
				return err
			}
			change(want)
			return tx.store(want)
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = j.do(t.Context(), true, func(tx *tx) (err error) {
			got, err = findAppeal(tx.c, id)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want.View, got.View); diff != "" {
			t.Errorf("%s (-stored +read)\n%s", name, diff)
		}
		if string(want.head) != string(got.head) || want.body != got.body || want.files != got.files || want.numbers != got.numbers || !cmp.Equal(want.refs, got.refs) {
			t.Errorf("%s: stored %+v, read %+v", name, want, got)
		}
	}
}
