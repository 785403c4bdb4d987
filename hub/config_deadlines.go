package hub

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/intake"
)

// Deadlines says how the terms of appeals are counted and told.
type Deadlines struct {
	Rules    string   // file in place of the rules that come with the program
	Calendar string   // file whose years stand over those of the calendar that comes with the program
	Near     []string // distances at which a term is near: 5d, 4h
	Digest   string   // local time of the daily digest, 08:00; empty: none
}

// standardNear is when a term is near unless the configuration says otherwise.
func standardNear() []string { return []string{"5d", "1d", "4h"} }

// readPractices reads the rules and calendars that cfg names. It returns each
// organisation's practice, and that of appeals that are nobody's yet: in UTC, so
// that no date is later than the right one anywhere in Russia. Every fault is
// told to fault, with its path.
func (c Config) readPractices(fault func(path, what, cure string)) (all map[string]*deadline.Practice, nobodys *deadline.Practice) {
	rules, err := deadline.Shipped()
	if file := c.Deadlines.Rules; file != "" && err == nil {
		rules, err = readFile(file, deadline.ParseRules)
	}
	if err != nil {
		fault("deadlines.rules", err.Error(), "see schemas/deadline-rules.v1.schema.json")
		return nil, nil
	}
	russia, err := deadline.Russia()
	if err == nil && c.Deadlines.Calendar != "" {
		russia, err = readFile(c.Deadlines.Calendar, russia.Read)
	}
	if err != nil {
		fault("deadlines.calendar", err.Error(), cureCalendar)
		return nil, nil
	}
	near := c.near(fault)
	nobodys = &deadline.Practice{Zone: time.UTC, Near: near}
	if nobodys.Engine, err = deadline.New(rules, russia); err != nil {
		fault("deadlines", err.Error(), "")
		return nil, nil
	}
	all = map[string]*deadline.Practice{}
	read := zones{}
	for _, o := range c.Organisations {
		p := &deadline.Practice{Engine: nobodys.Engine, Policy: deadline.Policy(o.Policy), DecreeOff: o.DecreeDaysOff, Near: near}
		if p.Zone, err = read.load(o.TimeZone); err != nil {
			p.Zone = time.UTC // told as the zone's own fault
		}
		if o.Calendar != "" {
			own, err := readFile(o.Calendar, russia.Own)
			if err != nil {
				fault("organisations."+o.Key+".calendar", err.Error(), cureOwnCalendar)
				continue
			}
			p.Engine, _ = deadline.New(rules, own) // neither is missing
		}
		all[o.Key] = p
	}
	return all, nobodys
}

const (
	cureCalendar    = "appealhub calendar check FILE tells every fault"
	cureOwnCalendar = "appealhub calendar check --over NATIONAL FILE tells every fault; NATIONAL is the file of deadlines.calendar, if there is one"
)

func (c Config) near(fault func(path, what, cure string)) (out []deadline.Distance) {
	written := c.Deadlines.Near
	if len(written) == 0 {
		written = standardNear()
	}
	for i, text := range written {
		d, err := deadline.ParseDistance(text)
		if err != nil {
			fault("deadlines.near["+strconv.Itoa(i)+"]", err.Error(), "")
		}
		out = append(out, d)
	}
	return out
}

// readFile reads a file by its parser; the error names the file and the first
// fault.
func readFile[T any](file string, parse func([]byte) (T, error)) (T, error) {
	var none T
	data, err := os.ReadFile(file)
	if err != nil {
		return none, err
	}
	v, err := parse(data)
	if many := (*deadline.FileError)(nil); errors.As(err, &many) && len(many.Faults) > 1 {
		return none, fmt.Errorf("%s: %s, and %d more", file, many.Faults[0], len(many.Faults)-1)
	}
	if err != nil {
		return none, fmt.Errorf("%s: %w", file, err)
	}
	return v, nil
}

// deadlines checks how terms are counted.
func (v *validator) deadlines() {
	v.cfg.readPractices(v.fault)
	if at := v.cfg.Deadlines.Digest; at != "" {
		if _, err := time.Parse("15:04", at); err != nil {
			v.fault("deadlines.digest", strconv.Quote(at)+" is no time of the day", "write 08:00, or leave it out for no digest")
		}
	}
}

// practices are what readPractices reads of a configuration that was validated.
func (c Config) practices() (all map[string]*deadline.Practice, nobodys *deadline.Practice, err error) {
	var faults []Fault
	all, nobodys = c.readPractices(func(path, what, cure string) {
		faults = append(faults, Fault{Place: c.origin.place(path), Path: path, What: what, Cure: cure})
	})
	return all, nobodys, configError(faults)
}

// digests says when each organisation's digest is told; of none where the
// configuration names no time.
func (c Config) digests(orgs *organisations) (out intake.Digests) {
	at, err := time.Parse("15:04", c.Deadlines.Digest)
	if err != nil {
		return out
	}
	out.At = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	out.Days = map[string]intake.Days{}
	for key, p := range orgs.practices() {
		out.Days[key] = intake.Days{Zone: p.Zone, Soon: p.Farthest()}
	}
	return out
}

// tellCalendars says loudly which years' calendars may still change, for terms that
// rest on them may move, and which are unlike others.
func (h *Hub) tellCalendars(orgs *organisations, metrics prometheus.Registerer) {
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "appealhub_calendar_provisional",
		Help: "Years whose working calendar may still change: load a newer one (deadlines.calendar), then appealhub deadline recompute.",
	}, []string{"year"})
	metrics.MustRegister(gauge)
	told, unusual := map[int]bool{}, map[string]bool{}
	for _, p := range orgs.calendars() {
		for _, why := range p.Unusual() {
			if !unusual[why] {
				unusual[why] = true
				h.log.Warn("a year of the working calendar is unusual", "why", why, "cure", "appealhub calendar check FILE")
			}
		}
		for _, year := range p.Provisional() {
			if !told[year] {
				told[year] = true
				gauge.WithLabelValues(strconv.Itoa(year)).Set(1)
				h.log.Warn("the working calendar of a year is PROVISIONAL: terms that rest on it may move", "year", year, "cure", "load a newer one: deadlines.calendar")
			}
		}
	}
}
