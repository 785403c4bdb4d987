package journal

// Stranded returns those of the deliveries behind an appeal's creation, of the
// same appeal and link and in order, that have no record to go to once it is
// given up: files and statuses, up to the event that plans a creation of its own.
func Stranded(behind []Delivery) []Delivery {
	creates := map[int64]bool{}
	for i := range behind {
		if behind[i].Verb == VerbAppeal {
			creates[behind[i].Event] = true
		}
	}
	var out []Delivery
	for _, d := range behind {
		if creates[d.Event] {
			break
		}
		if d.Verb == VerbAttachment || d.Verb == VerbStatus {
			out = append(out, d)
		}
	}
	return out
}
