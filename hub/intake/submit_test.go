package intake_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func request(body string) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/in/x", strings.NewReader(body))
}

// written is an appeal as the API's clients send it.
func written(t testing.TB, change func(*sdk.Appeal)) sdk.Appeal {
	t.Helper()
	a := sdk.Appeal{Kind: sdk.KindAppeal, Channel: sdk.ChannelSite, Addressee: sdk.Addressee{Code: "rx"}, Text: "Не горит фонарь", Applicant: sdk.Applicant{Surname: surname}}
	if change != nil {
		change(&a)
	}
	body, err := a.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = intake.ReadAppeal(body); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSubmit(t *testing.T) {
	inBubble(t, nil, func(w *world) {
		odd := written(w, func(a *sdk.Appeal) {
			a.ID, a.Revision, a.Ref = "018f6a3e-0000-7000-8000-000000000000", 9, sdk.Ref{Link: "pos", ID: "1"}
		})
		for name, s := range map[string]intake.Submission{
			"with a key":                  {Appeal: written(w, nil), Key: "k1", Actor: "site"},
			"without":                     {Appeal: written(w, nil)},
			"what is the hub's to set":    {Appeal: odd},
			"the same again, without":     {Appeal: written(w, nil)},
			"with a key like a path's":    {Appeal: written(w, nil), Key: "../../x"},
			"with a key of another order": {Appeal: written(w, nil), Key: strings.Repeat("ё", 255)},
		} {
			r, err := w.intake.Submit(w.Context(), s)
			if err != nil || r.Outcome != journal.Appended || r.Appeal == odd.ID || r.Revision != 1 {
				w.Fatalf("%s: %+v, %v", name, r, err)
			}
			got, err := w.journal.Appeal(w.Context(), r.Appeal)
			if err != nil || got.View.Source.Link != "api" || s.Key != "" && got.View.Source.ID != s.Key {
				w.Errorf("%s: source %v, %v", name, got.View.Source, err)
			}
			events, err := w.journal.History(w.Context(), r.Appeal)
			if err != nil || events[0].Actor != s.Actor {
				w.Errorf("%s: %v", name, err)
			}
		}
		w.counted(6, "appealhub_intake_items_total", "api", "appended")
	})
}

// TestSubmitAhead: an appeal of days ahead, by whose time it would be listed before all
// others until then, is refused; a clock that is ahead, or a local time for another zone's,
// is let pass.
func TestSubmitAhead(t *testing.T) {
	inBubble(t, nil, func(w *world) {
		now := time.Now()
		for name, c := range map[string]struct {
			received, registered time.Time
			fault                string
		}{
			"a clock ahead":      {received: now.Add(23 * time.Hour), registered: now.Add(24 * time.Hour)},
			"sent years ahead":   {received: now.AddDate(9, 0, 0), fault: "/received_at is more than 24h0m0s ahead of the hub's clock"},
			"registered in days": {received: now, registered: now.Add(25 * time.Hour), fault: "/registered_at is more than 24h0m0s ahead of the hub's clock"},
		} {
			_, err := w.intake.Submit(w.Context(), intake.Submission{Appeal: written(w, func(a *sdk.Appeal) { a.ReceivedAt, a.RegisteredAt = c.received, c.registered })})
			var invalid *sdk.ValidationError
			if errors.As(err, &invalid) != (c.fault != "") || invalid != nil && !strings.Contains(invalid.Error(), c.fault) {
				w.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestSubmitOnce: one key, one appeal; the same key with anything else is a
// clash and changes nothing.
func TestSubmitOnce(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(*sdk.Appeal)
		want          journal.Outcome
	}{
		"the same":                    {nil, nil, journal.Duplicate},
		"another text":                {nil, func(a *sdk.Appeal) { a.Text = "Другое" }, journal.Clashed},
		"another organisation":        {nil, func(a *sdk.Appeal) { a.Organisation = "east" }, journal.Clashed},
		"one version, another text":   {func(a *sdk.Appeal) { a.Version = "v1" }, func(a *sdk.Appeal) { a.Version, a.Text = "v1", "Другое" }, journal.Clashed},
		"another version, one text":   {func(a *sdk.Appeal) { a.Version = "v1" }, func(a *sdk.Appeal) { a.Version = "v2" }, journal.Clashed},
		"white space around a number": {func(a *sdk.Appeal) { a.Address = "ул. Мира, 1" }, func(a *sdk.Appeal) { a.Address = " ул. Мира, 1 " }, journal.Duplicate},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(w *world) {
				first, err := w.intake.Submit(w.Context(), intake.Submission{Appeal: written(w, c.first), Key: "k"})
				if err != nil {
					w.Fatal(err)
				}
				second, err := w.intake.Submit(w.Context(), intake.Submission{Appeal: written(w, c.second), Key: "k"})
				if err != nil || second.Outcome != c.want || second.Appeal != first.Appeal {
					w.Errorf("got %+v, %v", second, err)
				}
				w.same("appeals", []string{"k"}, w.appeals())
				got, err := w.journal.Appeal(w.Context(), first.Appeal)
				if err != nil || got.View.Revision != 1 {
					w.Errorf("revision %d, %v", got.View.Revision, err)
				}
			})
		})
	}
}

func TestSubmitInFlight(t *testing.T) {
	inBubble(t, nil, func(w *world) {
		w.close()
		w.open() // commits nothing yet
		ended := make(chan error, 1)
		s := intake.Submission{Appeal: written(w, nil), Key: "k"}
		go func() {
			_, err := w.intake.Submit(w.Context(), s)
			ended <- err
		}()
		synctest.Wait()
		if _, err := w.intake.Submit(w.Context(), s); !errors.Is(err, intake.ErrInFlight) {
			w.Errorf("got %v", err)
		}
		w.commit()
		if err := <-ended; err != nil {
			w.Errorf("the first one: %v", err)
		}
		if r, err := w.intake.Submit(w.Context(), s); err != nil || r.Outcome != journal.Duplicate {
			w.Errorf("after it: %+v, %v", r, err)
		}
	})
}

func TestSubmitWithFiles(t *testing.T) {
	digest := func(content string) string {
		sum := sha256.Sum256([]byte(content))
		return hex.EncodeToString(sum[:])
	}
	large := strings.Repeat("x", 1001)
	for name, c := range map[string]struct {
		file sdk.Attachment
		path string // of the problem; empty: taken
	}{
		"by its digest":         {sdk.Attachment{Name: "a.jpg", SHA256: digest("jpg")}, ""},
		"with its size":         {sdk.Attachment{SHA256: digest("jpg"), Size: 3}, ""},
		"by its reference":      {sdk.Attachment{Ref: sdk.Ref{Link: "api", ID: digest("jpg")}}, ""},
		"called missing":        {sdk.Attachment{SHA256: digest("jpg"), Missing: "lost"}, ""},
		"not uploaded":          {sdk.Attachment{SHA256: digest("png")}, "/attachments/0/sha256"},
		"no digest":             {sdk.Attachment{Name: "a.jpg"}, "/attachments/0/sha256"},
		"no digest but missing": {sdk.Attachment{Missing: "lost"}, "/attachments/0/sha256"},
		"another size":          {sdk.Attachment{SHA256: digest("jpg"), Size: 4}, "/attachments/0/size"},
		"too large":             {sdk.Attachment{SHA256: digest(large)}, "/attachments/0/size"},
		"a reference elsewhere": {sdk.Attachment{Ref: sdk.Ref{Link: "api", ID: "../../etc/passwd"}}, "/attachments/0/sha256"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(w *world) {
				for _, content := range []string{"jpg", large} {
					if _, err := w.spool.Put(w.Context(), strings.NewReader(content), 0); err != nil {
						w.Fatal(err)
					}
				}
				a := written(w, func(a *sdk.Appeal) { a.Attachments = []sdk.Attachment{c.file} })
				given := a.Attachments[0]
				r, err := w.intake.Submit(w.Context(), intake.Submission{Appeal: a})
				w.same("the caller's appeal", given, a.Attachments[0])
				if c.path != "" {
					var invalid *sdk.ValidationError
					if !errors.As(err, &invalid) || invalid.Problems[0].Path != c.path {
						w.Errorf("got %v", err)
					}
					return
				}
				if err != nil {
					w.Fatal(err)
				}
				got, err := w.journal.Appeal(w.Context(), r.Appeal)
				f := got.Appeal.Attachments[0]
				if err != nil || f.SHA256 != digest("jpg") || f.Size != 3 || f.Missing != "" || f.ID == "" || !f.Ref.IsZero() {
					w.Errorf("got %+v, %v", f, err)
				}
			})
		})
	}
}

func TestSubmitKeys(t *testing.T) {
	inBubble(t, nil, func(w *world) {
		for _, key := range []string{"\xff", "a\x00b", strings.Repeat("k", 256)} {
			var invalid *sdk.ValidationError
			if _, err := w.intake.Submit(w.Context(), intake.Submission{Appeal: written(w, nil), Key: key}); !errors.As(err, &invalid) {
				w.Errorf("%.10q: got %v", key, err)
			}
		}
		w.same("appeals", []string(nil), w.appeals())
	})
}
