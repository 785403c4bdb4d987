package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

func TestAnswerBy(t *testing.T) {
	msk := time.FixedZone("MSK", 3*60*60)
	kamchatka := time.FixedZone("PETT", 12*60*60)
	taken := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		appeal sdk.Appeal
		loc    *time.Location
		want   string
		source string
	}{
		"the portal's own term stands over all": {
			sdk.Appeal{AnswerBy: sdk.Date{Year: 2026, Month: 1, Day: 16}, RegisteredAt: taken}, msk, "2026-01-16", deadline.FromPortal,
		},
		"thirty days, the day of registration not counted": {
			sdk.Appeal{RegisteredAt: time.Date(2024, 3, 29, 10, 0, 0, 0, msk)}, msk, "2024-04-28", deadline.FromRegistered,
		},
		"over the end of a year": {
			sdk.Appeal{RegisteredAt: time.Date(2025, 12, 2, 10, 0, 0, 0, msk)}, msk, "2026-01-01", deadline.FromRegistered,
		},
		"over a leap day": {
			sdk.Appeal{RegisteredAt: time.Date(2028, 2, 1, 10, 0, 0, 0, msk)}, msk, "2028-03-02", deadline.FromRegistered,
		},
		"a moment before midnight": {
			sdk.Appeal{RegisteredAt: time.Date(2026, 1, 22, 23, 59, 59, 0, msk)}, msk, "2026-02-21", deadline.FromRegistered,
		},
		"the same moment is the next day further east": {
			sdk.Appeal{RegisteredAt: time.Date(2026, 1, 22, 23, 59, 59, 0, msk)}, kamchatka, "2026-02-22", deadline.FromRegistered,
		},
		"registration comes before submission": {
			sdk.Appeal{RegisteredAt: time.Date(2026, 4, 9, 9, 0, 0, 0, msk), ReceivedAt: time.Date(2026, 4, 6, 9, 0, 0, 0, msk)}, msk, "2026-05-09", deadline.FromRegistered,
		},
		"submission, where no registration is named": {
			sdk.Appeal{ReceivedAt: time.Date(2026, 4, 1, 9, 0, 0, 0, msk)}, msk, "2026-05-01", deadline.FromReceived,
		},
		"the hub's clock, where the source names no time": {
			sdk.Appeal{}, msk, "2026-12-23", deadline.FromHub,
		},
		"repeated consideration starts anew": {
			sdk.Appeal{RegisteredAt: time.Date(2026, 4, 1, 9, 0, 0, 0, msk), Rework: sdk.Rework{Round: 1, At: time.Date(2026, 6, 1, 9, 0, 0, 0, msk)}}, msk, "2026-07-01", deadline.FromRework,
		},
		"repeated consideration without a time": {
			sdk.Appeal{RegisteredAt: time.Date(2026, 4, 1, 9, 0, 0, 0, msk), Rework: sdk.Rework{Round: 2}}, msk, "2026-12-23", deadline.FromRework,
		},
	} {
		t.Run(name, func(t *testing.T) {
			due, source := deadline.AnswerBy(&c.appeal, taken, c.loc)
			if due.String() != c.want || source != c.source {
				t.Errorf("got %s from %s, want %s from %s", due, source, c.want, c.source)
			}
		})
	}
}

// TestThirtyDays counts the days by another way, in a zone whose clocks change.
func TestThirtyDays(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Moscow") // summer time until 2011
	if err != nil {
		t.Skip(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		from := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(t, "from"), 0)
		day := sdk.DateOf(from.In(loc))
		due := deadline.After(from, loc)
		days := 0
		for d := day; d.Before(due); d = d.AddDays(1) {
			days++
		}
		if days != deadline.Days {
			t.Fatalf("from %s to %s there are %d days", day, due, days)
		}
	})
}
