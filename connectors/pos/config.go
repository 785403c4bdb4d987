package pos

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// config is what the options say.
type config struct {
	base            *url.URL
	username        string
	password        string
	clientID        string
	clientSecret    string
	scope           string
	zone            *time.Location
	pageSize        int
	fileHosts       []string // host or host:port
	appeals         []kindRule
	answerTypes     map[string]string
	answerText      string
	notifyApplicant bool
	inWork, closed  wording
}

// wording is a status as the platform shows it.
type wording struct{ status, text string }

// kindRule marks an item as an appeal under 59-ФЗ by a custom field.
type kindRule struct{ name, value string }

func options() []sdk.Option {
	return []sdk.Option{
		{Name: "url", Summary: "address of the platform's API, without a path of a service", Required: true},
		{Name: "username", Summary: "name of the account", Required: true},
		{Name: "password", Summary: "password of the account", Required: true, Secret: true},
		{Name: "client_id", Summary: "name of the system that connects", Required: true},
		{Name: "client_secret", Summary: "secret of the system that connects", Required: true, Secret: true},
		{Name: "scope", Summary: "scope of the token", Default: "any"},
		{Name: "time_zone", Summary: "zone of times that come without one, of the days on which answerAt and regNumberSetAt fall, and of times sent; the platform's own zone is not documented", Default: "Europe/Moscow"},
		{Name: "page_size", Summary: "appeals per page; 0 leaves it to the platform", Default: "0"},
		{Name: "file_hosts", Summary: "hosts besides the platform's own whose attachments are fetched, with its token: host or host:port, separated by commas"},
		{Name: "kind_59fz", Summary: "custom fields that mark an appeal under 59-ФЗ: name or name=value, separated by commas; not documented, so none by default"},
		{Name: "answer_types", Summary: "map of outcomes and statuses to SOLVED, FORWARDED, REJECTED, POSTPONED, over the built-in one; closed, once named, is told too"},
		{Name: "answer_text", Summary: "text of an answer that comes without one", Default: "Обращение рассмотрено."},
		{Name: "notify_applicant", Summary: "true: the platform notifies the applicant", Default: "true"},
		{Name: "status_in_work", Summary: "status of a progress message", Default: "В работе"},
		{Name: "status_text_in_work", Summary: "status text of a progress message", Default: "Обращение принято в работу"},
		{Name: "status_closed", Summary: "status of a final answer", Default: "Закрыто"},
		{Name: "status_text_closed", Summary: "status text of a final answer", Default: "Обращение рассмотрено"},
	}
}

func readConfig(o sdk.Options) (config, error) {
	r := sdk.NewOptionReader(options(), o)
	cfg := config{
		username:        r.String("username"),
		password:        r.String("password"),
		clientID:        r.String("client_id"),
		clientSecret:    r.String("client_secret"),
		scope:           r.String("scope"),
		pageSize:        r.Int("page_size"),
		answerTypes:     answerTypes(),
		answerText:      r.String("answer_text"),
		notifyApplicant: r.Bool("notify_applicant"),
		inWork:          wording{r.String("status_in_work"), r.String("status_text_in_work")},
		closed:          wording{r.String("status_closed"), r.String("status_text_closed")},
	}
	var err error
	if cfg.base, err = url.Parse(r.URL("url")); err != nil || cfg.base.RawQuery != "" || cfg.base.Fragment != "" {
		r.Fail("url", "is no plain address: a query or fragment has no place in it")
	}
	if cfg.zone, err = time.LoadLocation(r.String("time_zone")); err != nil {
		r.Fail("time_zone", "is not the name of a time zone such as Europe/Moscow")
	}
	if cfg.appeals, err = kindRules(r.String("kind_59fz")); err != nil {
		r.Fail("kind_59fz", err.Error())
	}
	if cfg.fileHosts, err = hosts(r.String("file_hosts")); err != nil {
		r.Fail("file_hosts", err.Error())
	}
	for key, value := range r.Map("answer_types") {
		if err := checkAnswerType(key, value); err != nil {
			r.Fail("answer_types", err.Error())
		}
		cfg.answerTypes[key] = value
	}
	return cfg, r.Err()
}

// hosts reads a list of hosts, each with or without a port.
func hosts(s string) ([]string, error) {
	var all []string
	for part := range strings.SplitSeq(s, ",") {
		host := strings.TrimSpace(part)
		if host == "" {
			continue
		}
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || u.Hostname() == "" {
			return nil, fmt.Errorf("has %q, which is no host such as files.example.ru or files.example.ru:8443", host)
		}
		all = append(all, host)
	}
	return all, nil
}

func kindRules(s string) ([]kindRule, error) {
	var rules []kindRule
	for part := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case name != "":
			rules = append(rules, kindRule{name, value})
		case value != "":
			return nil, fmt.Errorf("has a value without a name: %q", part)
		}
	}
	return rules, nil
}

// The platform's answer types. In the words of its pages: решено, перенаправлено,
// отклонено, отложено.
const (
	solved    = "SOLVED"
	forwarded = "FORWARDED"
	rejected  = "REJECTED"
	postponed = "POSTPONED"
)

// answerTypes is the built-in table; an outcome goes before its status.
func answerTypes() map[string]string {
	return map[string]string{
		string(sdk.OutcomeExplained):     solved,
		string(sdk.OutcomeSupported):     solved,
		string(sdk.OutcomeMeasuresTaken): solved,
		string(sdk.OutcomeNotSupported):  rejected,
		string(sdk.StatusAnswered):       solved,
		string(sdk.StatusRefused):        rejected,
		string(sdk.StatusLeftUnanswered): rejected,
		string(sdk.StatusForwarded):      forwarded,
		string(sdk.StatusPostponed):      postponed,
	}
}

func checkAnswerType(key, value string) error {
	status := sdk.Status(key)
	if !sdk.Outcome(key).Valid() && !status.Final() && status != sdk.StatusPostponed {
		return fmt.Errorf("names %q, which is no outcome and no status with an answer", key)
	}
	if !slices.Contains([]string{solved, forwarded, rejected, postponed}, value) {
		return fmt.Errorf("maps %s to %q: want SOLVED, FORWARDED, REJECTED or POSTPONED", key, value)
	}
	if (value == postponed) != (status == sdk.StatusPostponed) {
		return fmt.Errorf("maps %s to %s: POSTPONED is the interim answer and belongs to postponed alone", key, value)
	}
	return nil
}

// address joins segments to the platform's address.
func (c config) address(segments ...string) string { return c.base.JoinPath(segments...).String() }

// pageQuery names the page as Spring's paging does; size is sent only where it
// is configured. The first page is then asked for without a query: what the
// platform takes beside its address is not documented.
func (c config) pageQuery(number int) string { return pageQuery(number, c.pageSize) }

func pageQuery(number, size int) string {
	if number == 0 && size == 0 {
		return ""
	}
	q := "?page=" + strconv.Itoa(number)
	if size > 0 {
		q += "&size=" + strconv.Itoa(size)
	}
	return q
}
