package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Dimension is what a report is split by.
type Dimension string

// The dimensions. A category is the most special that an appeal has, by its id; a
// month is that of the receipt.
const (
	ByOrganisation Dimension = "organisation"
	ByCategory     Dimension = "category"
	ByMonth        Dimension = "month"
)

// Dimensions lists every dimension, in the order in which a report is sorted.
func Dimensions() []Dimension { return []Dimension{ByOrganisation, ByCategory, ByMonth} }

// Question says what is to be reported.
type Question struct {
	From, To sdk.Date // of receipt, both included, local to the organisation; zero: without end
	By       []Dimension
	Now      time.Time // what is open and past then is overdue
	Practice func(organisation string) *deadline.Practice
}

// Group names the appeals of a line. What the report is not split by is empty, as
// is the organisation of what is nobody's and the category of what has none.
type Group struct {
	Organisation string `json:"organisation,omitzero"`
	Category     string `json:"category,omitzero"` // id
	CategoryName string `json:"category_name,omitzero"`
	Month        string `json:"month,omitzero"` // 2026-01
}

// Line is a group with its figures.
type Line struct {
	Group
	Figures
}

// Report is what was asked for.
type Report struct {
	From  sdk.Date    `json:"from,omitzero"`
	To    sdk.Date    `json:"to,omitzero"`
	At    time.Time   `json:"at"`
	By    []Dimension `json:"by"`
	Lines []Line      `json:"lines"` // sorted by organisation, category, month; one, of everything, where By is empty
	Total Figures     `json:"total"`
}

// Tally counts appeals, one by one, in any order.
type Tally struct {
	Question
	groups  map[Group]*Figures
	samples map[string]string // category → an appeal of it
	total   Figures
}

// NewTally returns a tally of nothing.
func NewTally(q Question) *Tally {
	return &Tally{Question: q, groups: map[Group]*Figures{}, samples: map[string]string{}}
}

// Add counts an appeal, if it was received within the period.
func (t *Tally) Add(v *journal.View) {
	s := stand(v, t.Practice(v.Organisation), t.Now)
	if !within(s.received, t.From, t.To) {
		return
	}
	g := t.group(&s)
	f := t.groups[g]
	if f == nil {
		f = &Figures{}
		t.groups[g] = f
	}
	f.add(&s)
	t.total.add(&s)
}

func within(d, from, to sdk.Date) bool {
	return !d.Before(from) && (to.IsZero() || !to.Before(d))
}

// group is the line that an appeal belongs to.
func (t *Tally) group(s *standing) (g Group) {
	for _, by := range t.By {
		switch by {
		case ByOrganisation:
			g.Organisation = s.Organisation
		case ByMonth:
			g.Month = s.received.String()[:len("2026-01")]
		case ByCategory:
			if len(s.record.Categories) > 0 {
				g.Category = s.record.Categories[0]
				t.samples[g.Category] = s.ID
			}
		}
	}
	return g
}

// Samples are the categories of the lines, each with the id of an appeal that has
// it: categories' names stand in the appeals' contents.
func (t *Tally) Samples() map[string]string { return t.samples }

// Report works out what was counted. names are those of the categories, as far as
// they are known.
func (t *Tally) Report(names map[string]string) *Report {
	out := &Report{From: t.From, To: t.To, At: t.Now, By: t.By, Lines: []Line{}, Total: t.total}
	if out.By == nil {
		out.By = []Dimension{}
	}
	for _, g := range slices.SortedFunc(maps.Keys(t.groups), Group.compare) {
		line := Line{Group: g, Figures: *t.groups[g]}
		line.CategoryName = names[g.Category]
		line.finish()
		out.Lines = append(out.Lines, line)
	}
	out.Total.finish()
	return out
}

func (g Group) compare(other Group) int {
	return cmp.Or(cmp.Compare(g.Organisation, other.Organisation), cmp.Compare(g.Category, other.Category), cmp.Compare(g.Month, other.Month))
}

// NameOf is the name of a category as an appeal that has it knows it: a
// subcategory's behind its category's.
func NameOf(category string, a *sdk.Appeal) string {
	switch {
	case category == a.Subcategory.ID && a.Category.Name != "" && a.Subcategory.Name != "":
		return a.Category.Name + " / " + a.Subcategory.Name
	case category == a.Subcategory.ID:
		return a.Subcategory.Name
	case category == a.Category.ID:
		return a.Category.Name
	}
	return ""
}
