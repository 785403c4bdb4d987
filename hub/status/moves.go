package status

import "github.com/appealhub/appealhub/sdk"

// Move is a legal step from one status to another.
type Move struct {
	From, To sdk.Status
	Reopens  bool // it takes up again what was ended: see Decide
}

// Moves lists every legal move between different statuses, in the order of an
// appeal's life.
func Moves() []Move {
	var out []Move
	for _, from := range sdk.Statuses() {
		for _, to := range sdk.Statuses() {
			switch by(from, to) {
			case forward:
				out = append(out, Move{From: from, To: to})
			case reopening:
				out = append(out, Move{From: from, To: to, Reopens: true})
			}
		}
	}
	return out
}

// Legal reports whether a status may follow another: by a legal move, or
// because it is the same one (a second interim answer). Nothing leads to
// received but the beginning.
func Legal(from, to sdk.Status) bool {
	return from == to && from.Valid() || by(from, to) != never
}

// way is how one status leads to another.
type way int

const (
	never way = iota
	forward
	reopening
)

func by(from, to sdk.Status) way {
	for _, s := range moves(from) {
		if s == to {
			return forward
		}
	}
	for _, s := range reopens(from) {
		if s == to {
			return reopening
		}
	}
	return never
}

// moves is the table of moves that go on.
func moves(from sdk.Status) []sdk.Status {
	const (
		delivered  = sdk.StatusDelivered
		registered = sdk.StatusRegistered
		inWork     = sdk.StatusInWork
		postponed  = sdk.StatusPostponed
		forwarded  = sdk.StatusForwarded
		refused    = sdk.StatusRefused
		answered   = sdk.StatusAnswered
		left       = sdk.StatusLeftUnanswered
		rework     = sdk.StatusRework
		closed     = sdk.StatusClosed
	)
	switch from {
	case "":
		return []sdk.Status{sdk.StatusReceived}
	case sdk.StatusReceived:
		return []sdk.Status{delivered, registered, inWork, postponed, forwarded, refused, answered, left, closed}
	case delivered:
		return []sdk.Status{registered, inWork, postponed, forwarded, refused, answered, left, closed}
	case registered:
		return []sdk.Status{inWork, postponed, forwarded, refused, answered, left, closed}
	case inWork:
		return []sdk.Status{postponed, forwarded, refused, answered, left, closed}
	case postponed:
		return []sdk.Status{inWork, forwarded, refused, answered, left, closed}
	case forwarded: // the body it was forwarded to may answer
		return []sdk.Status{answered, rework, closed}
	case refused, answered, left:
		return []sdk.Status{rework, closed}
	case rework: // registered anew, or taken up under its old number
		return []sdk.Status{registered, inWork, postponed, forwarded, refused, answered, left, closed}
	case closed:
		return []sdk.Status{rework}
	}
	return nil
}

// reopens is the table of moves by which the EDMS takes an ended appeal up
// again: into work, or straight to the answer it then gave.
func reopens(from sdk.Status) []sdk.Status {
	switch from {
	case sdk.StatusForwarded, sdk.StatusAnswered:
		return []sdk.Status{sdk.StatusInWork, sdk.StatusPostponed}
	case sdk.StatusRefused, sdk.StatusLeftUnanswered:
		return []sdk.Status{sdk.StatusInWork, sdk.StatusPostponed, sdk.StatusAnswered}
	}
	return nil
}
