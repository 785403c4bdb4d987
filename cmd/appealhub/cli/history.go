package cli

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) appealHistory() *cobra.Command {
	return &cobra.Command{
		Use:   "history ID",
		Short: "Show all that happened to an appeal, in its organisation's time",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := a.appealID(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.history(c.Context(), id)
		},
	}
}

func (a *app) history(ctx context.Context, id string) error {
	var out document
	if err := a.call(ctx, request{method: http.MethodGet, path: "/appeals/" + url.PathEscape(id) + "/history"}, &out); err != nil {
		return err
	}
	if a.output == asMap {
		return a.json(out)
	}
	zone, err := time.LoadLocation(out.text("time_zone"))
	if err != nil {
		zone = time.UTC
	}
	if err := a.line("appeal %s, times of %s", id, zone); err != nil {
		return err
	}
	events := out.list("items")
	for i, e := range events {
		if err := a.line("%3s  %s  %s", e.text("sequence"), e.moment("at", zone), printable(sentence(e, contentBefore(events, i)))); err != nil {
			return err
		}
	}
	return a.terms(ctx, id)
}

// terms prints the terms that bind, each on a line: how they stand, and why.
func (a *app) terms(ctx context.Context, id string) error {
	var out document
	if err := a.call(ctx, request{method: http.MethodGet, path: "/appeals/" + url.PathEscape(id) + "/deadlines"}, &out); err != nil {
		return err
	}
	for _, t := range out.list("terms") {
		if t.text("only_if") != "" {
			continue
		}
		if err := a.line("     %s until %s: %s", words(t.text("term")), cmp.Or(t.text("due_at"), t.text("due")), standing(t)); err != nil {
			return err
		}
	}
	for _, w := range out.list("warnings") {
		if err := a.line("     warning: %s", w.text("text")); err != nil {
			return err
		}
	}
	return nil
}

// standing is how a term stands, and what it rests on.
func standing(t document) string {
	out := "open"
	switch {
	case t.text("late") == "true":
		out = "ended LATE, " + words(t.text("ended.event")) + " on " + t.text("ended.date")
	case t.text("ended.event") != "":
		out = "in time, " + words(t.text("ended.event")) + " on " + t.text("ended.date")
	}
	out += "; " + cmp.Or(t.text("article"), "the operator's rule "+t.text("rule"))
	if t.text("provisional") == "true" {
		out += "; PROVISIONAL"
	}
	return out
}

// sentence says what happened, in words; before is the event that holds the
// content until then.
func sentence(e, before document) string {
	out := what(e, before)
	if actor := e.text("actor"); actor != "" {
		out += ", by " + actor
	}
	if why := decided(e); why != "" {
		out += ": " + why
	}
	return out
}

// decided is the reason that an operator gave for what was decided.
func decided(e document) string {
	switch e.text("kind") {
	case "delivery.requeued", "delivery.skipped", "item.replayed", "item.dismissed", "link.paused":
		return e.text("data.text")
	}
	return ""
}

func what(e, before document) string {
	link := e.text("link")
	switch kind := e.text("kind"); kind {
	case "appeal.received":
		return "received from " + link + " as " + e.text("ref_id") + told(e) + parked(e)
	case "appeal.revised":
		return "revision " + e.text("revision") + " from " + link + changed(e, before) + parked(e)
	case "appeal.routed":
		return "routed anew" + parked(e)
	case "status.changed", "status.parked":
		return link + " says: " + news(e) + judged(e.text("reason"))
	case "item.rejected":
		return "an item of " + link + " can't be read; its bytes are kept"
	case "item.replayed":
		return "a rejected item of " + link + " is read once more"
	case "item.dismissed":
		return "a parked item of " + link + " is taken off the list"
	case "link.paused":
		if kind := e.text("reason"); kind != "" {
			return link + " is paused by the hub, " + words(kind)
		}
		return link + " is paused"
	case "link.resumed":
		return link + " is resumed"
	case "attachment.stored":
		return "file " + e.text("attachment") + " of " + link + " is stored"
	case "attachment.missing":
		return "file " + e.text("attachment") + " of " + link + " can't be had"
	case "delivery.done":
		return link + " took " + delivered(e) + receipt(e)
	case "delivery.dead":
		return link + " did not take " + delivered(e) + ": " + e.text("reason") + " (dead letter, delivery " + e.text("delivery") + ")"
	case "delivery.requeued":
		return "delivery " + e.text("delivery") + " to " + link + " is tried again"
	case "delivery.skipped":
		if e.text("reason") == "no_record" {
			return "delivery " + e.text("delivery") + " to " + link + " (" + delivered(e) + ") is given up with the appeal: there is no record for it"
		}
		return "delivery " + e.text("delivery") + " to " + link + " is given up"
	case "deadline.near":
		return "the term " + e.text("data.term") + " is near: it ends on " + dated(e)
	case "deadline.passed":
		return "the term " + e.text("data.term") + " PASSED on " + dated(e)
	case "deadline.withdrawn":
		if e.text("data.dropped") == "true" {
			return "the term " + e.text("data.term") + " does not run: it has not passed after all"
		}
		return "the term " + e.text("data.term") + " has not passed after all: it ends on " + dated(e)
	case "deadline.noted":
		return strings.TrimSuffix("noted: "+words(cmp.Or(e.text("data.event"), e.text("data.category")))+" on "+cmp.Or(e.text("data.at"), e.text("data.date")), " on ")
	case "deadline.moved":
		return "the term " + e.text("data.term") + " is counted anew: " + recounted(e)
	default:
		return strings.TrimSpace(kind + " " + link)
	}
}

// recounted says what became of a term by other rules or another calendar.
func recounted(e document) string {
	due, was := dated(e), e.text("data.was")
	switch {
	case e.text("data.dropped") == "true":
		return "it runs no more; it would have ended on " + due
	case was == "":
		return "it is new, and ends on " + due
	}
	return "it ends on " + due + ", not " + was
}

// dated is the last day of a term, marked where it may still move.
func dated(e document) string {
	if e.text("data.provisional") == "true" {
		return e.text("data.due") + " (PROVISIONAL)"
	}
	return e.text("data.due")
}

// parked says why an appeal waits.
func parked(e document) string {
	if r := e.text("reason"); r != "" {
		return " (parked: " + words(r) + ")"
	}
	return ""
}

// judged says why a change was not applied.
func judged(reason string) string {
	switch reason {
	case "":
		return ""
	case "stale":
		return " (on record only: older than what is known)"
	case "not_lead":
		return " (on record only: the link does not lead)"
	}
	return " (parked: " + words(reason) + ")"
}

func words(code string) string { return strings.ReplaceAll(code, "_", " ") }

// news says what a change tells.
func news(e document) string {
	var parts []string
	if s := e.text("status"); s != "" {
		parts = append(parts, "status "+words(s))
	}
	if s := e.text("outcome"); s != "" {
		parts = append(parts, "outcome "+words(s))
	}
	if s := e.text("external"); s != "" {
		parts = append(parts, "its own code "+s)
	}
	for _, n := range []struct{ path, name string }{
		{"data.number.value", "number"}, {"data.answer.value", "answer"}, {"data.answer_by", "answer by"},
		{"data.postponed_to", "postponed to"}, {"data.rating.value", "rating"},
	} {
		if v := e.text(n.path); v != "" {
			parts = append(parts, n.name+" "+v)
		}
	}
	if files, _ := e.at("data.attachments").([]any); len(files) > 0 {
		parts = append(parts, "with files")
	}
	if len(parts) == 0 {
		return "a change without a status"
	}
	return strings.Join(parts, ", ")
}

// delivered names what a delivery carries.
func delivered(e document) string {
	switch verb := e.text("verb"); verb {
	case "appeal":
		return "the appeal"
	case "attachment":
		return "file " + e.text("attachment")
	case "status":
		return "the status"
	case "confirm":
		return "the question what became of the appeal"
	case "deadline":
		return "the news of a term"
	case "fetch":
		return "the request for file " + e.text("attachment")
	default:
		return verb
	}
}

func receipt(e document) string {
	if id := e.text("receipt_id"); id != "" {
		return " as " + id
	}
	if token := e.text("token"); token != "" {
		return ", to be confirmed"
	}
	return ""
}
