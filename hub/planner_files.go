package hub

import (
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// fetch plans the reading of files from the link that announced them. The event
// that first names a file fetches it, once and for all, whatever becomes of the
// event: a later one finds it known.
func (d *draft) fetch(files []sdk.Attachment) {
	if !d.links[d.in.Link].Attacher {
		return
	}
	for _, f := range once(d.unknown(files)) {
		if d.file(f) == journal.FilePending {
			d.steps = append(d.steps, journal.Step{Link: d.in.Link, Verb: journal.VerbFetch, Attachment: f.ID})
		}
	}
}

// attach plans the files' way to a link. What is pending is held until it is
// there; what is missing, or pending with nobody to fetch it, does not go.
func (d *draft) attach(target string, files []sdk.Attachment) {
	for _, f := range once(files) {
		state := d.file(f)
		if state == journal.FileMissing || state == journal.FilePending && !d.comes() {
			continue
		}
		d.add(journal.Step{Link: target, Verb: journal.VerbAttachment, Attachment: f.ID, Held: state == journal.FilePending})
	}
}

// file is what is known of a file's bytes; the journal knows better than the
// event.
func (d *draft) file(f sdk.Attachment) journal.FileState {
	if state, known := d.before.Files[f.ID]; known {
		return state
	}
	switch {
	case f.Stored():
		return journal.FileStored
	case f.Missing != "":
		return journal.FileMissing
	}
	return journal.FilePending
}

// comes reports whether pending files are on their way: the link that announced
// them can open them, so the event that named them first planned to.
func (d *draft) comes() bool {
	from := d.in.Link
	if d.in.Kind == journal.AppealRouted {
		from = d.source()
	}
	return d.links[from].Attacher
}

// unknown returns the files that the appeal did not have before the event.
func (d *draft) unknown(files []sdk.Attachment) []sdk.Attachment {
	var out []sdk.Attachment
	for _, f := range files {
		if _, known := d.before.Files[f.ID]; !known {
			out = append(out, f)
		}
	}
	return out
}

// once leaves out the second of two files with one id.
func once(files []sdk.Attachment) []sdk.Attachment {
	var out []sdk.Attachment
	seen := map[string]bool{}
	for _, f := range files {
		if !seen[f.ID] {
			seen[f.ID] = true
			out = append(out, f)
		}
	}
	return out
}
