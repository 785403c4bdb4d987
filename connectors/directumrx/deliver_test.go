package directumrx_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

func TestDeliverAppeal(t *testing.T) {
	s := startStand(t)
	c := connect(t, s, "business_unit", "2", "time_zone", "Asia/Kamchatka")
	ref := deliver(t, c, appeal())
	doc := s.only("IRequests")
	if itoa(doc.ID) != ref.ID {
		t.Errorf("receipt names %s, the document is %d", ref.ID, doc.ID)
	}
	for name, want := range map[string]any{
		"Note":          appealID,
		"Subject":       "№ 327441806. Жилищно-коммунальное хозяйство. Теплоснабжение. Нет отопления в квартире. г. Примерск, ул. Садовая, д. 14",
		"FullName":      "Смирнова Анна Петровна",
		"PostalAddress": "г. Примерск, ул. О'Генри, д. 1",
		"Email":         "applicant1@example.test",
		"Phones":        "+70000000001",
		"ReceiptForm":   "Electronic",
		"IsRepeated":    false,
		"BusinessUnit":  map[string]any{"Id": 2.0, "Name": "Управление ЖКХ"},
		"DocumentKind":  map[string]any{"Id": 1.0, "Name": "Обращение гражданина"},
	} {
		if diff := cmp.Diff(want, doc.Properties[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, want := range map[string]time.Time{"RequestDate": appeal().ReceivedAt, "Deadline": time.Date(2026, 12, 19, 12, 0, 0, 0, time.UTC)} {
		if got, err := time.Parse(time.RFC3339, fmt.Sprint(doc.Properties[name])); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, want %v", name, doc.Properties[name], want)
		}
	}
	if len(doc.Questions) != 1 || doc.Questions[0].FullCode != "0005.0005.0056.1156" {
		t.Errorf("questions %+v", doc.Questions)
	}
	if len(doc.Versions) != 1 || string(doc.Versions[0].Content) != appeal().Text || doc.Versions[0].Note != "appealhub text r1" || doc.Versions[0].Extension != "txt" {
		t.Errorf("versions %+v", doc.Versions)
	}
	people := s.people()
	if len(people) != 1 || people[0].Set != "IPersons" || people[0].Properties["LastName"] != "Смирнова" || people[0].Properties["MiddleName"] != "Петровна" {
		t.Errorf("correspondents %+v", people)
	}
}

// TestNothingPersonalInAddresses looks at every address that a delivery uses.
func TestNothingPersonalInAddresses(t *testing.T) {
	s := startStand(t)
	var mu sync.Mutex
	var seen []string
	c := wireTo(t, s, func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+r.URL.RequestURI())
	})
	ref := deliver(t, c, appeal())
	deliverFile(t, c, ref, sdk.Attachment{ID: "f1", Name: "Смирнова.pdf"}, "file")
	if len(seen) < 8 {
		t.Fatalf("only %d requests", len(seen))
	}
	for _, address := range seen {
		unescaped := strings.NewReplacer("%20", " ").Replace(address)
		for _, secret := range []string{"Смирнов", "%D0%A1%D0%BC%D0%B8%D1%80", "applicant1", "7000000", "Name eq 'С", "LastName", "Email"} {
			if strings.Contains(unescaped, secret) {
				t.Errorf("%s holds %q", address, secret)
			}
		}
		if len(address) > 2000 {
			t.Errorf("address of %d bytes", len(address))
		}
	}
}

func TestDeliverAgainChangesNothing(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	a := appeal()
	a.Revision = 2
	ref := deliver(t, c, a)
	before := s.only("IRequests")
	for _, revision := range []int{2, 1, 0} {
		a.Revision, a.Text = revision, "other"
		if again := deliver(t, connect(t, s), a); again != ref {
			t.Errorf("revision %d: receipt %v, want %v", revision, again, ref)
		}
	}
	if diff := cmp.Diff(before, s.only("IRequests")); diff != "" {
		t.Error(diff)
	}
	if s.requests("PATCH", "/Integration") != 0 {
		t.Error("the document was changed")
	}
}

func TestRevision(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	ref := deliver(t, c, appeal())
	s.act(ref.ID, `{"do":"take"},{"do":"register"},{"do":"extend","days":30}`)
	extended := s.only("IRequests").Properties["Deadline"]
	a := appeal()
	a.Revision, a.Text = 2, "Снова нет отопления."
	a.Applicant.Phone = "+70000000002"
	a.Rework = sdk.Rework{Round: 1, Reason: "Ничего не сделано"}
	if again := deliver(t, c, a); again != ref {
		t.Errorf("receipt %v, want %v", again, ref)
	}
	doc := s.only("IRequests")
	if doc.Properties["IsRepeated"] != true || doc.Properties["Phones"] != "+70000000002" || doc.Properties["Deadline"] != extended || doc.Properties["Note"] != appealID {
		t.Errorf("properties %v; the term was %v", doc.Properties, extended)
	}
	if len(doc.Versions) != 2 || doc.Versions[1].Number != 2 || doc.Versions[1].Note != "appealhub text r2" {
		t.Fatalf("versions %+v", doc.Versions)
	}
	if text := string(doc.Versions[1].Content); !strings.HasPrefix(text, "Снова нет отопления.\n\n") || !strings.Contains(text, "Повторное рассмотрение: № 1. Ничего не сделано") {
		t.Errorf("text %q", text)
	}
	if len(s.people()) != 2 {
		t.Errorf("%d correspondents: another phone is another card", len(s.people()))
	}
	a.Revision, a.AnswerBy = 3, sdk.Date{Year: 2027, Month: 6, Day: 1}
	deliver(t, c, a)
	if got := fmt.Sprint(s.only("IRequests").Properties["Deadline"]); !strings.HasPrefix(got, "2027-06-01T00:00:00") {
		t.Errorf("a later term is not written: %s", got)
	}
}

// TestEmptyValues: what the appeal has not is left out, not written as nothing.
func TestEmptyValues(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"value":[]}`)
			return
		}
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), `:""`) || strings.Contains(string(body), "null") {
			t.Errorf("%s: %s", r.URL.Path, body)
		}
		_, _ = io.WriteString(w, `{"Id":9}`)
	})
	a := appeal()
	a.Applicant.Phone, a.Applicant.Patronymic, a.AnswerBy = "", "", sdk.Date{}
	deliver(t, c, a)
}

// TestLongID: an id that the platform could not keep is refused before anything is
// sent.
func TestLongID(t *testing.T) {
	c := wire(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	for _, id := range []string{"", appealID + "2"} {
		a := appeal()
		a.ID = id
		_, err := c.DeliverAppeal(t.Context(), a)
		wantKind(t, err, sdk.Invalid, "id is missing or longer than 36 characters")
	}
}

// TestRevisionAfterInterruption: a document that was left without its text gets
// the properties of the revision that comes next.
func TestRevisionAfterInterruption(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	s.fault(`{"method":"POST","path":"/Integration/odata/IRequests(*/Versions","times":1,"fault":"status","status":503}`)
	a := appeal()
	if _, err := c.DeliverAppeal(t.Context(), a); err == nil {
		t.Fatal("it was not interrupted")
	}
	a.Revision, a.Applicant.Phone = 2, "+70000000002"
	deliver(t, c, a)
	if doc := s.only("IRequests"); doc.Properties["Phones"] != "+70000000002" || len(doc.Versions) != 1 || doc.Versions[0].Note != "appealhub text r2" {
		t.Errorf("%v, %+v", doc.Properties, doc.Versions)
	}
}

// TestQuestionsOfTheCatalogue: an entry that the server gives and was not asked
// for is nobody's question, and a name that is no name is not looked up.
func TestQuestionsOfTheCatalogue(t *testing.T) {
	var created string
	var asked []string
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/IQuestions"):
			asked = append(asked, r.URL.Query().Get("$filter"))
			_, _ = io.WriteString(w, `{"value":[{"Id":4,"FullCode":"0001.0001.0001.0001","Name":"Другое"}]}`)
		case r.Method == http.MethodGet:
			_, _ = io.WriteString(w, `{"value":[]}`)
		default:
			if body, _ := io.ReadAll(r.Body); strings.HasSuffix(r.URL.Path, "/IRequests") {
				created = string(body)
			}
			_, _ = io.WriteString(w, `{"Id":9}`)
		}
	})
	a := appeal()
	a.Category.Name = strings.Repeat("я", 251)
	deliver(t, c, a)
	if strings.Contains(created, "Questions") {
		t.Errorf("created %s", created)
	}
	if len(asked) == 0 || strings.Contains(strings.Join(asked, ""), "яяя") {
		t.Errorf("asked %q", asked)
	}
}

// TestInterrupted breaks each request of a delivery in each way in turn; tries
// until it succeeds leave one of everything.
func TestInterrupted(t *testing.T) {
	for _, request := range []struct{ method, path string }{
		{"GET", "/Integration/odata/IRequests"},
		{"GET", "/Integration/odata/IPersons"},
		{"POST", "/Integration/odata/IPersons"},
		{"GET", "/Integration/odata/IDocumentKinds"},
		{"GET", "/Integration/odata/IQuestions"},
		{"POST", "/Integration/odata/IRequests"},
		{"GET", "/Integration/odata/IAssociatedApplications"},
		{"POST", "/Integration/odata/IRequests(*/Versions"},
		{"POST", "/Integration/odata/IElectronicDocuments(*"},
	} {
		for _, fault := range []string{`"drop_before"`, `"drop_after"`, `"truncate"`, `"html"`, `"status","status":500`, `"status","status":503`} {
			if strings.HasSuffix(request.path, "Documents(*") && fault == `"truncate"` {
				continue // an answer without a body can't be cut
			}
			t.Run(request.method+" "+request.path+" "+fault, func(t *testing.T) {
				s := startStand(t)
				c := connect(t, s)
				s.fault(fmt.Sprintf(`{"method":%q,"path":%q,"times":1,"fault":%s}`, request.method, request.path, fault))
				_, err := c.DeliverAppeal(t.Context(), appeal())
				wantKind(t, err, sdk.Transient, "")
				if sdk.AfterOf(err) != 0 {
					t.Errorf("%v waits for %s without a time-out", err, sdk.AfterOf(err))
				}
				ref := deliver(t, c, appeal())
				doc := s.only("IRequests")
				if itoa(doc.ID) != ref.ID || len(doc.Versions) != 1 || string(doc.Versions[0].Content) != appeal().Text || len(s.people()) != 1 {
					t.Errorf("%d versions %+v, %d people", len(doc.Versions), doc.Versions, len(s.people()))
				}
			})
		}
	}
}

func TestTimeoutOfCreate(t *testing.T) {
	for name, test := range map[string]struct {
		path string
		wait time.Duration
	}{
		"correspondent": {"/Integration/odata/IPersons", 90 * time.Second},
		"document":      {"/Integration/odata/IRequests", 90 * time.Second},
		"version":       {"/Integration/odata/IRequests(*/Versions", 90 * time.Second},
		"body":          {"/Integration/odata/IElectronicDocuments(*", 0}, // uploading twice harms nothing
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // each waits for its time-out
			s := startStand(t)
			c := connect(t, s, "server_timeout", "90s")
			s.fault(fmt.Sprintf(`{"method":"POST","path":%q,"times":1,"fault":"delay_after","delay":"20s"}`, test.path))
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := c.DeliverAppeal(ctx, appeal())
			wantKind(t, err, sdk.Transient, "")
			if !sdk.TimedOut(err) || sdk.AfterOf(err) != test.wait {
				t.Errorf("%v: timed out %v, after %s, want %s", err, sdk.TimedOut(err), sdk.AfterOf(err), test.wait)
			}
			deliver(t, c, appeal())
			if doc := s.only("IRequests"); len(doc.Versions) != 1 || len(s.people()) != 1 {
				t.Errorf("%d versions, %d people", len(doc.Versions), len(s.people()))
			}
		})
	}
	for _, status := range []string{"504", "408"} {
		t.Run("gateway "+status, func(t *testing.T) {
			s := startStand(t)
			s.fault(`{"method":"POST","path":"/Integration/odata/IRequests","times":1,"fault":"status","status":` + status + `}`)
			_, err := connect(t, s).DeliverAppeal(t.Context(), appeal())
			wantKind(t, err, sdk.Transient, "HTTP "+status)
			if sdk.AfterOf(err) != 10*time.Minute {
				t.Errorf("after %s", sdk.AfterOf(err))
			}
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				_, _ = io.WriteString(w, `{"value":[]}`)
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		_, err := c.DeliverAppeal(ctx, appeal())
		wantKind(t, err, sdk.Transient, "")
		if sdk.AfterOf(err) != 10*time.Minute {
			t.Errorf("%v: after %s", err, sdk.AfterOf(err))
		}
	})
	t.Run("nothing was sent", func(t *testing.T) {
		s := startStand(t)
		dials := 0
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials == 3 { // the create of the correspondent
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		c := openWith(t, options(s.url), &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := c.DeliverAppeal(ctx, appeal())
		wantKind(t, err, sdk.Transient, "create correspondent")
		if !sdk.TimedOut(err) || sdk.AfterOf(err) != 0 {
			t.Errorf("%v waits for %s", err, sdk.AfterOf(err))
		}
	})
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		fault string
		kind  sdk.Kind
		says  string
	}{
		"rights":     {`"status":403,"body":"{\"error\":{\"code\":\"\",\"message\":\"Недостаточно прав\"}}"`, sdk.Denied, "Недостаточно прав"},
		"bad value":  {`"status":400,"body":"{\"error\":{\"code\":\"7\",\"message\":\"Свойство Subject слишком длинное\"}}"`, sdk.Rejected, "7: Свойство Subject слишком длинное"},
		"422":        {`"status":422`, sdk.Rejected, "HTTP 422"},
		"conflict":   {`"status":409`, sdk.Conflict, "HTTP 409"},
		"failed":     {`"status":412`, sdk.Conflict, "HTTP 412"},
		"not found":  {`"status":404`, sdk.NotFound, "HTTP 404"},
		"too large":  {`"status":413`, sdk.Rejected, "HTTP 413"},
		"throttled":  {`"status":429,"retry_after":"7"`, sdk.Throttled, "HTTP 429"},
		"broken":     {`"status":500`, sdk.Transient, "HTTP 500"},
		"no service": {`"status":503,"retry_after":"7"`, sdk.Transient, "HTTP 503"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startStand(t)
			s.fault(`{"method":"POST","path":"/Integration/odata/IRequests","fault":"status",` + test.fault + `}`)
			_, err := connect(t, s).DeliverAppeal(t.Context(), appeal())
			wantKind(t, err, test.kind, test.says)
			if strings.Contains(test.fault, "retry_after") && sdk.AfterOf(err) != 7*time.Second {
				t.Errorf("after %s", sdk.AfterOf(err))
			}
		})
	}
	t.Run("redirect", func(t *testing.T) {
		s := startStand(t)
		s.fault(`{"path":"/Integration/odata","fault":"redirect","location":"http://evil.example/"}`)
		_, err := connect(t, s).DeliverAppeal(t.Context(), appeal())
		wantKind(t, err, sdk.Transient, "redirect")
	})
	t.Run("garbage", func(t *testing.T) {
		s := startStand(t)
		s.fault(`{"method":"GET","path":"/Integration/odata/IRequests","fault":"garbage"}`)
		_, err := connect(t, s).DeliverAppeal(t.Context(), appeal())
		wantKind(t, err, sdk.Transient, "answer is not JSON")
	})
	t.Run("wrong password", func(t *testing.T) {
		_, err := connect(t, startStand(t), "password", "x").DeliverAppeal(t.Context(), appeal())
		wantKind(t, err, sdk.Denied, "HTTP 401")
	})
	t.Run("no such set", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
		_, err := c.DeliverAppeal(t.Context(), appeal())
		wantKind(t, err, sdk.Transient, "entity set IRequests is not published")
	})
	t.Run("no value", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"items":[]}`) })
		_, err := c.DeliverAppeal(t.Context(), appeal())
		wantKind(t, err, sdk.Invalid, "no member value")
	})
	t.Run("two documents", func(t *testing.T) {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"value":[{"Id":5},{"Id":6}]}`)
		})
		_, err := c.DeliverAppeal(t.Context(), appeal())
		wantKind(t, err, sdk.Conflict, "documents 5 and 6 both bear the appeal's id")
	})
	t.Run("no id", func(t *testing.T) {
		_, err := connect(t, startStand(t)).DeliverAppeal(t.Context(), sdk.Appeal{})
		wantKind(t, err, sdk.Invalid, "appeal's id")
	})
}

// TestFiltersNotApplied meets a stand that gives somebody else's document or card,
// whatever it is asked for: neither is taken for the appeal's.
func TestFiltersNotApplied(t *testing.T) {
	foreign := map[string]string{
		"IRequests": `{"Id":1,"Note":"0193a5c0-0000-7000-8000-00000000000f"}`,
		"IPersons":  `{"Id":2,"ExternalId":"somebody"}`,
	}
	var applied, created string
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		set := strings.TrimPrefix(r.URL.Path, "/Integration/odata/")
		switch {
		case r.Method == http.MethodPost:
			body, _ := io.ReadAll(r.Body)
			created += set + string(body) + "\n"
			_, _ = io.WriteString(w, `{"Id":9}`)
		case strings.Contains(applied, set):
			_, _ = io.WriteString(w, `{"value":[]}`)
		default:
			_, _ = fmt.Fprintf(w, `{"value":[%s]}`, foreign[set])
		}
	})
	_, err := c.DeliverAppeal(t.Context(), appeal())
	wantKind(t, err, sdk.Transient, "another Note")
	applied = "IRequests"
	_, err = c.DeliverAppeal(t.Context(), appeal())
	wantKind(t, err, sdk.Transient, "another ExternalId")
	if created != "" {
		t.Errorf("created %s", created)
	}
	applied = "IRequests IPersons"
	if deliver(t, c, appeal()); !strings.Contains(created, "IRequests{") {
		t.Errorf("created %s", created)
	}
}

// TestOneApplicantManyAppeals delivers appeals of one applicant at once: they
// share one card.
func TestOneApplicantManyAppeals(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			a := appeal()
			a.ID = fmt.Sprintf("0193a5c0-0000-7000-8000-00000000010%d", i)
			if _, err := c.DeliverAppeal(t.Context(), a); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(s.documents("IRequests")) != 8 || len(s.people()) != 1 {
		t.Errorf("%d documents, %d people", len(s.documents("IRequests")), len(s.people()))
	}
}

func TestCorrespondents(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	for i, who := range []sdk.Applicant{
		{Surname: "Иванов", Name: "Иван", Phone: "+70000000001"},
		{Surname: "ИВАНОВ ", Name: "иван", Phone: "+70000000001"}, // the same
		{Surname: "Иванов", Name: "Иван", Phone: "+70000000002"},  // another
		{Surname: "Иванов", Name: "Иван"},                         // nothing to tell him by
		{Surname: "Иванов", Name: "Иван"},                         // nor him
		{Organisation: "ООО «Ромашка»", Email: "a@example.test"},
		{Surname: "Петрова"}, // FirstName is required
	} {
		a := appeal()
		a.ID, a.Applicant = fmt.Sprintf("0193a5c0-0000-7000-8000-00000000020%d", i), who
		deliver(t, c, a)
	}
	sets := map[string]int{}
	for _, p := range s.people() {
		sets[p.Set]++
		if id := fmt.Sprint(p.Properties["ExternalId"]); len(id) != 36 {
			t.Errorf("external id %q", id)
		}
	}
	if sets["IPersons"] != 5 || sets["ICompanies"] != 1 {
		t.Errorf("cards %v", sets)
	}
}

func TestHeaderAuth(t *testing.T) {
	s := startStand(t)
	if err := connect(t, s, "auth", "header").Check(t.Context()); err != nil {
		t.Error(err)
	}
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		if _, _, basic := r.BasicAuth(); basic || r.Header.Get("Username") != "hub" || r.Header.Get("Password") != "rx-password" {
			t.Errorf("headers %v", r.Header)
		}
		_, _ = io.WriteString(w, `{"value":[]}`)
	}, "auth", "header")
	if err := c.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	s := startStand(t)
	if err := connect(t, s).Check(t.Context()); err != nil {
		t.Error(err)
	}
	wantKind(t, connect(t, s, "password", "x").Check(t.Context()), sdk.Denied, "HTTP 401")
	for fault, want := range map[string]sdk.Kind{
		`"status","status":403`: sdk.Denied, `"status","status":404`: sdk.NotFound, `"html"`: sdk.Transient, `"drop_before"`: sdk.Transient, `"throttle"`: sdk.Throttled, `"garbage"`: sdk.Transient,
	} {
		s.fault(`{"path":"/Integration/odata","times":1,"fault":` + fault + `}`)
		wantKind(t, connect(t, s).Check(t.Context()), want, "check")
	}
}
