package sdk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

func goodAppeal() sdk.Appeal {
	return sdk.Appeal{
		Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: "Не горит фонарь",
		Ref: sdk.Ref{Link: "pos", ID: "5"}, Applicant: sdk.Applicant{Surname: "Примерова"},
	}
}

func goodChange() sdk.StatusChange {
	return sdk.StatusChange{ID: "1", Ref: sdk.Ref{Link: "rx", ID: "7"}, Status: sdk.StatusInWork}
}

// problems are "path rule" of what err lists.
func problems(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var refused *sdk.ValidationError
	if !errors.As(err, &refused) {
		t.Fatalf("%T %v is no *ValidationError", err, err)
	}
	var out []string
	for _, p := range refused.Problems {
		if p.Why == "" {
			t.Errorf("%s %s says no reason", p.Path, p.Rule)
		}
		out = append(out, p.Path+" "+p.Rule)
	}
	return out
}

func TestAppealRules(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ё", n) }
	late := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	for what, test := range map[string]struct {
		change func(*sdk.Appeal)
		want   []string
	}{
		"nothing wrong":            {func(*sdk.Appeal) {}, nil},
		"zero value":               {func(a *sdk.Appeal) { *a = sdk.Appeal{} }, []string{"/kind required", "/channel required", "/text required", "/applicant required"}},
		"unknown kind and channel": {func(a *sdk.Appeal) { a.Kind, a.Channel = "Message", "fax" }, []string{"/kind enum", "/channel enum"}},
		"blank text":               {func(a *sdk.Appeal) { a.Text = " \n\u00a0" }, []string{"/text blank"}},
		"longest text":             {func(a *sdk.Appeal) { a.Text = long(sdk.MaxText) }, nil},
		"text one too long":        {func(a *sdk.Appeal) { a.Text = long(sdk.MaxText + 1) }, []string{"/text max_length"}},
		"U+0000":                   {func(a *sdk.Appeal) { a.Text = "a\x00" }, []string{"/text nul"}},
		"invalid UTF-8":            {func(a *sdk.Appeal) { a.Text = "a\xff" }, []string{"/text invalid_utf8"}},
		"blank names":              {func(a *sdk.Appeal) { a.Applicant = sdk.Applicant{Surname: " ", Name: "\t"} }, []string{"/applicant required"}},
		"an organisation will do":  {func(a *sdk.Appeal) { a.Applicant = sdk.Applicant{Organisation: "ТСЖ"} }, nil},
		"longest name":             {func(a *sdk.Appeal) { a.Applicant.Name = long(sdk.MaxName) }, nil},
		"co-applicant":             {func(a *sdk.Appeal) { a.CoApplicants = []sdk.Applicant{{}, {Phone: long(256)}} }, []string{"/co_applicants/1/phone max_length"}},
		"too many co-applicants":   {func(a *sdk.Appeal) { a.CoApplicants = make([]sdk.Applicant, 1001) }, []string{"/co_applicants max_items"}},
		"half a reference":         {func(a *sdk.Appeal) { a.Ref.Link = "" }, []string{"/ref/link required"}},
		"other half":               {func(a *sdk.Appeal) { a.Ref.ID = "" }, []string{"/ref/id required"}},
		"link's name":              {func(a *sdk.Appeal) { a.Ref.Link = "Pos" }, []string{"/ref/link pattern"}},
		"id":                       {func(a *sdk.Appeal) { a.ID = strings.ToUpper("01928f3c-7a10-7b21-8c43-5d6e7f809102") }, []string{"/id pattern"}},
		"revision":                 {func(a *sdk.Appeal) { a.Revision = -1 }, []string{"/revision range"}},
		"taxpayer number":          {func(a *sdk.Appeal) { a.Addressee.INN = "12345678901" }, []string{"/addressee/inn pattern"}},
		"classifier":               {func(a *sdk.Appeal) { a.Classifier = "5.5.56.1156" }, []string{"/classifier pattern"}},
		"number":                   {func(a *sdk.Appeal) { a.Numbers = []sdk.Number{{System: "x", Value: " "}} }, []string{"/numbers/0/system enum", "/numbers/0/value blank"}},
		"day that is none":         {func(a *sdk.Appeal) { a.AnswerBy = sdk.Date{Year: 2026, Month: 2, Day: 30} }, []string{"/answer_by format"}},
		"time in another unit":     {func(a *sdk.Appeal) { a.ReceivedAt = late }, []string{"/received_at format"}},
		"zone of more than a day":  {func(a *sdk.Appeal) { a.ReceivedAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 26*3600)) }, []string{"/received_at format"}},
		"zone a day to the west":   {func(a *sdk.Appeal) { a.RegisteredAt = time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", -24*3600)) }, []string{"/registered_at format"}},
		"furthest zones": {func(a *sdk.Appeal) {
			at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			a.ReceivedAt, a.RegisteredAt = at.In(time.FixedZone("", 14*3600)), at.In(time.FixedZone("", -12*3600))
		}, nil},
		"register's codes": {func(a *sdk.Appeal) { a.Place = sdk.Place{FIAS: "x", OKATO: "1", OKTMO: "123456789"} }, []string{"/place/fias pattern", "/place/okato pattern", "/place/oktmo pattern"}},
		"ФИАС in capitals": {func(a *sdk.Appeal) { a.Place.FIAS = "B756FE6B-BBD3-44D5-9302-5BFCC740F46E" }, nil},
		"off the earth":    {func(a *sdk.Appeal) { a.Place.Point = &sdk.Coordinates{Lat: 90.1, Lon: -181} }, []string{"/place/point/lat range", "/place/point/lon range"}},
		"file names": {func(a *sdk.Appeal) {
			a.Attachments = []sdk.Attachment{{Name: "../a"}, {Name: `a\b`}, {Name: ".."}, {Name: "a\nb"}, {Name: "Акт №1.pdf"}}
		}, []string{"/attachments/0/name pattern", "/attachments/1/name pattern", "/attachments/2/name pattern", "/attachments/3/name pattern"}},
		"a file's other members": {func(a *sdk.Appeal) {
			a.Attachments = []sdk.Attachment{{Size: -1, SHA256: "AB", MediaType: "jpeg", Appeal: "1"}}
		}, []string{"/attachments/0/media_type pattern", "/attachments/0/size range", "/attachments/0/sha256 pattern", "/attachments/0/appeal pattern"}},
		"field without a name":   {func(a *sdk.Appeal) { a.Fields = []sdk.Field{{Value: "x"}} }, []string{"/fields/0/name required"}},
		"rework without a round": {func(a *sdk.Appeal) { a.Rework.Reason = "x" }, []string{"/rework/round range"}},
		"rating":                 {func(a *sdk.Appeal) { a.Rating.Value = 6 }, []string{"/rating/value range"}},
	} {
		a := goodAppeal()
		test.change(&a)
		if diff := cmp.Diff(test.want, problems(t, a.Validate())); diff != "" {
			t.Errorf("%s: -want +got\n%s", what, diff)
		}
	}
}

func TestChangeRules(t *testing.T) {
	for what, test := range map[string]struct {
		change func(*sdk.StatusChange)
		want   []string
	}{
		"nothing wrong":        {func(*sdk.StatusChange) {}, nil},
		"zero value":           {func(c *sdk.StatusChange) { *c = sdk.StatusChange{} }, []string{"/id required", "/ref required"}},
		"token for reference":  {func(c *sdk.StatusChange) { c.Ref, c.Token = sdk.Ref{}, "t" }, nil},
		"no status at all":     {func(c *sdk.StatusChange) { c.Status = "" }, nil},
		"unknown words":        {func(c *sdk.StatusChange) { c.Status, c.Outcome = "done", "good" }, []string{"/status enum", "/outcome enum"}},
		"external code":        {func(c *sdk.StatusChange) { c.External.Code = strings.Repeat("x", 256) }, []string{"/external/code max_length"}},
		"number without value": {func(c *sdk.StatusChange) { c.Number.Date = sdk.Date{Year: 2026, Month: 1, Day: 1} }, []string{"/number/value required"}},
		"dates":                {func(c *sdk.StatusChange) { c.AnswerBy.Year, c.PostponedTo.Day = 2026, 5 }, []string{"/answer_by format", "/postponed_to format"}},
		"officials":            {func(c *sdk.StatusChange) { c.Executor.Name, c.Manager.Email = "\x00", "\xff" }, []string{"/executor/name nul", "/manager/email invalid_utf8"}},
		"files":                {func(c *sdk.StatusChange) { c.Attachments = make([]sdk.Attachment, 101) }, []string{"/attachments max_items"}},
	} {
		c := goodChange()
		test.change(&c)
		if diff := cmp.Diff(test.want, problems(t, c.Validate())); diff != "" {
			t.Errorf("%s: -want +got\n%s", what, diff)
		}
	}
}

// TestEveryTableIsTaken: what the lists name, the checks take.
func TestEveryTableIsTaken(t *testing.T) {
	a, c := goodAppeal(), goodChange()
	for _, a.Kind = range sdk.AppealKinds() {
		for _, a.Channel = range sdk.Channels() {
			for _, system := range sdk.NumberSystems() {
				a.Numbers = []sdk.Number{{System: system, Value: "1"}}
				if err := a.Validate(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	for _, c.Status = range sdk.Statuses() {
		for _, c.Outcome = range sdk.Outcomes() {
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestProblemsAreBoundedAndQuoteNothing(t *testing.T) {
	a := goodAppeal()
	a.Applicant.Phone = strings.Repeat("секрет", 100)
	a.CoApplicants = make([]sdk.Applicant, 60)
	for i := range a.CoApplicants {
		a.CoApplicants[i].Email = "секрет@example.org\x00"
	}
	err := a.Validate()
	if n := len(problems(t, err)); n != 50 {
		t.Errorf("%d problems, want 50", n)
	}
	if strings.Contains(err.Error(), "секрет") {
		t.Error("the error quotes a value")
	}
	if want := "/applicant/phone is longer than 255 characters (max_length); /co_applicants/0/email holds U+0000 (nul)"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %.200s", err)
	}
}

func TestValidMediaType(t *testing.T) {
	for s, want := range map[string]bool{
		"image/jpeg": true, "application/vnd.ms-excel": true, "X/y+z": true, "x/" + strings.Repeat("y", 127): true,
		"": false, "image": false, "image/": false, "/jpeg": false, "a/b/c": false, "text/plain; charset=utf-8": false, "текст/plain": false, "x/" + strings.Repeat("y", 128): false,
	} {
		if sdk.ValidMediaType(s) != want {
			t.Errorf("%.40q: want %v", s, want)
		}
	}
}
