package journal

import "github.com/appealhub/appealhub/sdk"

// File is what a journal knows of one attachment beside its announcement.
type File struct {
	State   FileState
	Learned sdk.Attachment // Size and SHA256, or Missing; Name and MediaType where learned
}

// Apply brings an announced attachment of the appeal up to what is known.
func (f File) Apply(a *sdk.Attachment, appeal string) {
	a.Appeal = appeal
	switch f.State {
	case FileStored:
		a.Size, a.SHA256, a.Missing = f.Learned.Size, f.Learned.SHA256, ""
	case FileMissing:
		a.Missing = f.Learned.Missing
	}
	if f.Learned.Name != "" {
		a.Name = f.Learned.Name
	}
	if f.Learned.MediaType != "" {
		a.MediaType = f.Learned.MediaType
	}
}

// AnnouncedState is the state of a file of which only its announcement is
// known.
func AnnouncedState(a *sdk.Attachment) FileState {
	switch {
	case a.Stored():
		return FileStored
	case a.Missing != "":
		return FileMissing
	}
	return FilePending
}

// Complete returns the content with what columns and later events know: id,
// organisation, the files' state and the numbers that links told of. An appeal that
// is nobody's yet keeps the organisation that its source names. The content itself
// stays as it is.
func Complete(content *sdk.Appeal, v *View, revision int, files map[string]File, numbers []sdk.Number) *sdk.Appeal {
	a := *content
	Identify(&a, v, revision)
	if len(a.Attachments) > 0 {
		a.Attachments = append([]sdk.Attachment(nil), a.Attachments...)
		for i := range a.Attachments {
			f := &a.Attachments[i]
			files[f.ID].Apply(f, v.ID)
		}
	}
	if len(numbers) > 0 {
		a.Numbers = append([]sdk.Number(nil), a.Numbers...)
		for _, n := range numbers {
			a.Numbers = AddNumber(a.Numbers, n)
		}
	}
	return &a
}

// Identify is Complete for content that is the caller's own and has neither files nor
// further numbers.
func Identify(a *sdk.Appeal, v *View, revision int) {
	a.ID, a.Revision = v.ID, revision
	if v.Organisation != "" {
		a.Organisation = v.Organisation
	}
}

// CompleteChange returns the change as a link is told of it: its files with
// their state and with the link's own receipts of earlier steps.
func CompleteChange(content *sdk.StatusChange, appeal, link string, files map[string]File, receipts map[string]string) *sdk.StatusChange {
	c := *content
	if len(c.Attachments) > 0 {
		c.Attachments = append([]sdk.Attachment(nil), c.Attachments...)
		for i := range c.Attachments {
			f := &c.Attachments[i]
			files[f.ID].Apply(f, appeal)
			f.Ref = sdk.Ref{}
			if id := receipts[f.ID]; id != "" {
				f.Ref = sdk.Ref{Link: link, ID: id}
			}
		}
	}
	return &c
}

// Learned returns the number that a change from a link tells of.
func Learned(c *sdk.StatusChange, link string) (sdk.Number, bool) {
	n := c.Number
	if n.Link == "" {
		n.Link = link
	}
	return n, n.Value != ""
}

// AddNumber puts n in the place of an older one of the same link and system.
func AddNumber(all []sdk.Number, n sdk.Number) []sdk.Number {
	for i := range all {
		if all[i].Link == n.Link && all[i].System == n.System {
			all[i] = n
			return all
		}
	}
	return append(all, n)
}
