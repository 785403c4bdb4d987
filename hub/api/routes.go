package api

import (
	"net/http"

	"github.com/appealhub/appealhub/schemas"
)

// route is one operation.
type route struct {
	method string
	path   string // as the mux and the OpenAPI document write it
	name   string // for metrics and the log; set by routes
	open   bool   // no token asked
	reads  bool   // though it is a POST it changes nothing
	also   []Right
	query  []string
	basic  bool // takes a token as the password of Basic authentication: calendar programs know no other way
	do     func(*exchange) error
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// byRefPrefix is what the path of an appeal by reference starts with.
const byRefPrefix = "/api/v1/appeals/by-ref/"

// routes lists every operation.
func (s *server) routes() []*route {
	submitting := []Right{MaySubmit}
	all := []*route{
		{method: post, path: "/api/v1/appeals", also: submitting, do: s.submit},
		{method: get, path: "/api/v1/appeals", query: []string{"status", "link", "organisation", "parked", "limit", "cursor"}, do: s.appeals},
		{method: get, path: "/api/v1/appeals/{id}", do: s.appeal},
		{method: get, path: "/api/v1/appeals/{id}/history", do: s.history},
		{method: get, path: "/api/v1/appeals/{id}/attachments/{aid}", do: s.download},
		{method: post, path: "/api/v1/appeals/{id}/route", do: s.reroute},
		{method: get, path: "/api/v1/appeals/{id}/deadlines", do: s.explain},
		{method: post, path: "/api/v1/appeals/{id}/deadlines", do: s.noteTerm},
		{method: get, path: "/api/v1/deadlines", query: []string{"organisation", "term", "due", "overdue", "limit", "cursor"}, do: s.deadlines},
		{method: get, path: "/api/v1/deadlines.ics", query: []string{"organisation"}, basic: true, do: s.deadlineFeed},
		{method: get, path: "/api/v1/deadlines/digest", query: []string{"organisation"}, do: s.digest},
		{method: post, path: "/api/v1/deadlines/simulate", reads: true, do: s.simulate},
		{method: post, path: "/api/v1/deadlines/recompute", do: s.recompute},
		{method: get, path: byRefPrefix + "{link}/{ref}", query: []string{"at"}, also: submitting, do: s.appealByRef},
		{method: post, path: "/api/v1/attachments", also: submitting, do: s.upload},
		{method: get, path: "/api/v1/deliveries", query: []string{"appeal", "link", "state", "kind", "limit", "cursor"}, do: s.deliveries},
		{method: post, path: "/api/v1/deliveries/{id}/retry", do: s.retry},
		{method: post, path: "/api/v1/deliveries/{id}/skip", do: s.skip},
		{method: get, path: "/api/v1/dead-letters", query: []string{"appeal", "link", "kind", "limit", "cursor"}, do: s.deadLetters},
		{method: post, path: "/api/v1/dead-letters/replay", do: s.replay},
		{method: get, path: "/api/v1/dead-letters/topic", query: []string{"appeal", "link", "kind", "limit", "cursor"}, do: s.listLetters},
		{method: get, path: "/api/v1/parked", query: []string{"link", "reason", "limit", "cursor"}, do: s.parked},
		{method: post, path: "/api/v1/parked/replay", do: s.replayParked},
		{method: post, path: "/api/v1/parked/dismiss", do: s.dismiss},
		{method: get, path: "/api/v1/links", query: []string{"limit", "cursor"}, do: s.listLinks},
		{method: get, path: "/api/v1/links/{name}", do: s.link},
		{method: get, path: "/api/v1/links/{name}/history", query: []string{"limit", "cursor"}, do: s.linkHistory},
		{method: post, path: "/api/v1/links/{name}/pause", do: s.pause},
		{method: post, path: "/api/v1/links/{name}/resume", do: s.resume},
		{method: post, path: "/api/v1/links/{name}/check", do: s.check},
		{method: post, path: "/api/v1/spool/gc", do: s.gc},
		{method: get, path: "/api/v1/nodes", query: []string{"limit", "cursor"}, do: s.nodes},
		{method: get, path: "/api/v1/reports/appeals", query: []string{"from", "to", "organisation", "by"}, do: s.reportAppeals},
		{method: post, path: "/api/v1/reports/reconcile", reads: true, query: []string{"link", "from", "to", "organisation"}, do: s.reconcile},
		{method: post, path: "/in/{link}", query: anyQuery, also: submitting, do: s.push},
		{method: get, path: "/livez", open: true, do: s.live},
		{method: get, path: "/readyz", open: true, do: s.readyz},
		{method: get, path: "/version", open: true, do: s.version},
		{method: get, path: "/metrics", also: []Right{MayScrape}, do: s.metrics()},
		{method: get, path: "/api/v1/openapi.yaml", also: Rights(), do: document(schemas.API, "application/yaml")},
	}
	for _, name := range []string{schemas.Appeal, schemas.Event, schemas.StatusChange} {
		all = append(all, &route{method: get, path: "/api/v1/" + name, also: Rights(), do: document(name, "application/schema+json")})
	}
	for _, rt := range all {
		rt.name = rt.method + " " + rt.path
	}
	return all
}

// document serves one of the contracts.
func document(name, mediaType string) func(*exchange) error {
	return func(x *exchange) error {
		body, err := schemas.Read(name)
		if err != nil {
			return err
		}
		x.send(http.StatusOK, mediaType, body)
		return nil
	}
}
