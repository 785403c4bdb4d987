package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// registry is a connector for a system that registers appeals by POST
// {url}/appeals/{id}, so that a repeated request finds the record that it made.
type registry struct {
	link, url, token string
	http             *http.Client
}

func registrySpec() sdk.Spec {
	options := []sdk.Option{
		{Name: "url", Summary: "address of the registry", Required: true},
		{Name: "token", Summary: "its access token", Required: true, Secret: true},
	}
	return sdk.Spec{
		Name:    "registry",
		Summary: "Registers appeals in a registry",
		Options: options,
		Open: func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
			r := sdk.NewOptionReader(options, env.Options)
			c := &registry{link: env.Link, url: r.URL("url"), token: r.String("token"), http: env.HTTP}
			return c, r.Err()
		},
	}
}

// Close implements sdk.Connector.
func (c *registry) Close() error { return nil }

// DeliverAppeal implements sdk.AppealSink.
func (c *registry) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	const op = "register"
	body, err := json.Marshal(a)
	if err != nil {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "appeal can't be written")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/appeals/"+a.ID, strings.NewReader(string(body)))
	if err != nil {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "request can't be made")
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.http.Do(req)
	if err != nil {
		return sdk.Receipt{}, &sdk.Error{Kind: sdk.Transient, Op: op, Err: err}
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return sdk.Receipt{}, sdk.Errorf(sdk.Denied, op, "the token is refused")
	case resp.StatusCode >= 500:
		return sdk.Receipt{}, sdk.Errorf(sdk.Transient, op, "HTTP %d", resp.StatusCode)
	case resp.StatusCode >= 300:
		return sdk.Receipt{}, sdk.Errorf(sdk.Rejected, op, "HTTP %d", resp.StatusCode)
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: resp.Header.Get("X-Record")}}, nil
}

var _ sdk.AppealSink = (*registry)(nil)

// answer is a registry on the other side of the wire.
type answer func(*http.Request) (status int, record string)

func (f answer) RoundTrip(r *http.Request) (*http.Response, error) {
	status, record := f(r)
	return &http.Response{StatusCode: status, Header: http.Header{"X-Record": {record}}, Body: http.NoBody, Request: r}, nil
}

// A connector is a Spec, a value that Open returns, and those of the verbs that
// its system can do. It classifies failures and leaves the rest to the hub.
func Example() {
	busy := true
	system := answer(func(*http.Request) (int, string) {
		if busy {
			return http.StatusServiceUnavailable, ""
		}
		return http.StatusCreated, "2026/17"
	})
	c, err := registrySpec().Open(context.Background(), sdk.Env{
		Link: "reg", Options: sdk.Options{"url": "https://registry.test", "token": "t"}, HTTP: &http.Client{Transport: system},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	sink := c.(sdk.AppealSink)
	a := sdk.Appeal{ID: "01928f3c-7a10-7b21-8c43-5d6e7f809102", Kind: sdk.KindMessage, Channel: sdk.ChannelSite, Text: "Не горит фонарь."}

	_, err = sink.DeliverAppeal(context.Background(), a)
	fmt.Println(sdk.KindOf(err), "-", err)
	busy = false
	receipt, err := sink.DeliverAppeal(context.Background(), a)
	fmt.Println(receipt.Ref, err)
	// Output:
	// transient - register: HTTP 503
	// reg/2026/17 <nil>
}

// Options that are wrong are all told at once, before any request is made.
func ExampleSpec() {
	_, err := registrySpec().Open(context.Background(), sdk.Env{Options: sdk.Options{"url": "registry.test", "tokn": "t"}})
	fmt.Println(err)
	// Output:
	// option token is required: its access token
	// option tokn is not an option; known: token, url
	// option url is not an http or https address
}

func ExampleOptionReader() {
	spec := []sdk.Option{{Name: "page_size", Summary: "items per page", Default: "100"}, {Name: "timeout", Summary: "of one request", Default: "30s"}}
	r := sdk.NewOptionReader(spec, sdk.Options{"page_size": 20})
	fmt.Println(r.Int("page_size"), r.Duration("timeout"), r.Err())
	// Output: 20 30s <nil>
}

func ExampleErrorf() {
	err := fmt.Errorf("link reg: %w", sdk.Errorf(sdk.Rejected, "register", "number %d is taken", 17))
	fmt.Println(sdk.KindOf(err), "-", err)
	fmt.Println(sdk.KindOf(errors.New("anything else")))
	// Output:
	// rejected - link reg: register: number 17 is taken
	// transient
}

func ExampleAppeal_Validate() {
	a := sdk.Appeal{Kind: sdk.KindAppeal, Channel: "fax", Text: " ", Applicant: sdk.Applicant{Surname: "Примерова"}}
	var wrong *sdk.ValidationError
	if errors.As(a.Validate(), &wrong) {
		for _, p := range wrong.Problems {
			fmt.Println(p.Path, p.Rule)
		}
	}
	// Output:
	// /channel enum
	// /text blank
}

func ExampleContentVersion() {
	a := sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "5"}, Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, Text: "Не горит фонарь."}
	again := a
	again.ID, again.Organisation = "01928f3c-7a10-7b21-8c43-5d6e7f809102", "adm" // what the hub adds is no content
	revised := a
	revised.Text = "Не горит фонарь. И второй."
	fmt.Println(sdk.ContentVersion(a) == sdk.ContentVersion(again), sdk.ContentVersion(a) == sdk.ContentVersion(revised))
	// Output: true false
}

func ExampleChangeID() {
	c := sdk.StatusChange{Ref: sdk.Ref{Link: "rx", ID: "7"}, Status: sdk.StatusInWork}
	again, later := c, c
	later.Status = sdk.StatusAnswered
	fmt.Println(sdk.ChangeID(c) == sdk.ChangeID(again), sdk.ChangeID(c) == sdk.ChangeID(later))
	// Output: true false
}

func ExampleDate() {
	received, err := sdk.ParseDate("2026-01-31")
	fmt.Println(received.AddDays(30), err)
	// Output: 2026-03-02 <nil>
}

func ExampleApplicant() {
	a := sdk.Applicant{Surname: "Примерова", Name: "Анна"}
	fmt.Printf("%v, in full only where it is asked for: %s\n", a, a.FullName())
	// Output: [applicant], in full only where it is asked for: Примерова Анна
}
