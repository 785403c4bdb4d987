package directumrx

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// The marks at the beginning of a version's note by which it is known again.
const (
	textMark = "appealhub text r"
	fileMark = "appealhub file "
)

// maxNote bounds a version's note, in characters.
const maxNote = 1000

// version is a version of a document.
type version struct {
	id, number int64
	note       string
	extension  string // of its application; lower case, empty where it is not known
	hidden     bool
	revision   int // of a text version of ours
}

// versions reads a document's versions. The service publishes them with the
// document or as a collection of their own, under the document's own set or under
// the common one, depending on the stand.
func (c *Connector) versions(ctx context.Context, id int64, set string) ([]version, error) {
	const op = "read versions"
	var first error
	none := false
	for _, form := range []struct{ set, path, expand string }{
		{set, "", "Versions($expand=AssociatedApplication)"},
		{c.cfg.profile.Bodies, "", "Versions($expand=AssociatedApplication)"},
		{set, "/Versions", "AssociatedApplication"},
		{c.cfg.profile.Bodies, "/Versions", "AssociatedApplication"},
		{set, "", "Versions"},
		{set, "/Versions", ""},
	} {
		rows, given, err := c.versionRows(ctx, op, key(form.set, id)+form.path, form.expand)
		switch {
		case refused(err):
			first = cmp.Or(first, err)
		case err != nil:
			return nil, named(err, " of ", id)
		case given:
			return readVersions(op, rows)
		default:
			none = true
		}
	}
	if none {
		return nil, nil
	}
	return nil, named(first, " of ", id)
}

// versionRows reads versions in one form; given is false where the document
// comes without them.
func (c *Connector) versionRows(ctx context.Context, op, path, expand string) (rows []object, given bool, err error) {
	if strings.HasSuffix(path, "/Versions") {
		raws, _, err := c.list(ctx, op, path+query("$expand", expand))
		if err != nil {
			return nil, false, err
		}
		rows, err = decodeEach(op, raws)
		return rows, true, err
	}
	var doc object
	if err := c.get(ctx, op, path+query("$expand", expand), &doc); err != nil {
		return nil, false, err
	}
	if rows, err = doc.children("Versions"); err != nil {
		return nil, false, sdk.Errorf(sdk.Invalid, op, "%w", err)
	}
	_, given = doc["Versions"]
	return rows, given, nil
}

func readVersions(op string, rows []object) ([]version, error) {
	var out []version
	for _, row := range rows {
		v := version{hidden: row.flag("IsHidden")}
		var err error
		if v.id, err = row.id(); err == nil {
			v.note, err = row.text("Note")
		}
		if err != nil {
			return nil, sdk.Errorf(sdk.Invalid, op, "%w", err)
		}
		number, _ := row.text("Number")
		v.number, _ = strconv.ParseInt(number, 10, 64)
		if app, err := row.child("AssociatedApplication"); err == nil {
			ext, _ := app.text("Extension")
			v.extension = cleanExtension(ext)
		}
		if revision, ours := strings.CutPrefix(v.note, textMark); ours {
			v.revision, _ = strconv.Atoi(revision)
		}
		out = append(out, v)
	}
	return out, nil
}

// lastText returns the text version of the newest revision.
func lastText(all []version) (last version, has bool) {
	for _, v := range all {
		if v.revision > last.revision {
			last, has = v, true
		}
	}
	return last, has
}

func nextNumber(all []version) int64 {
	next := int64(1)
	for _, v := range all {
		next = max(next, v.number+1)
	}
	return next
}

// newVersion is a version to be made.
type newVersion struct {
	note      string
	number    int64
	extension string
	body      *httpx.Lent
}

// addVersion makes a version and uploads its body.
func (c *Connector) addVersion(ctx context.Context, doc int64, v newVersion) error {
	app, err := c.application(ctx, v.extension)
	if err != nil {
		return err
	}
	entity := object{"Number": v.number, "Note": cut(v.note, maxNote), "Created": moment(c.now(), c.cfg.zone)}
	if app > 0 {
		entity["AssociatedApplication"] = reference{applications, app}
	}
	made, err := c.createVersion(ctx, doc, entity)
	if err != nil {
		return named(err, " of ", doc)
	}
	id, err := made.id()
	if err != nil {
		return err
	}
	return c.upload(ctx, doc, id, v.body)
}

// createVersion makes a version under the document's own set or, where the stand
// has no versions there, under the common one.
func (c *Connector) createVersion(ctx context.Context, doc int64, entity object) (object, error) {
	const op = "create version"
	made, err := c.create(ctx, op, key(c.cfg.profile.EntitySet, doc)+"/Versions", entity)
	switch httpx.StatusOf(err) {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		common, second := c.create(ctx, op, key(c.cfg.profile.Bodies, doc)+"/Versions", entity)
		if !refused(second) {
			return common, second
		}
	}
	return made, err
}

// complete uploads the body of a version that was left without one, as far as
// can be told.
func (c *Connector) complete(ctx context.Context, doc, id int64, body *httpx.Lent) error {
	file, err := c.openBody(ctx, "look for the body", bodyPath(c.cfg.profile.Bodies, doc, id))
	if err == nil {
		_ = file.Close() // it is there, which is all that was asked
		return nil
	}
	switch sdk.KindOf(err) {
	case sdk.Transient, sdk.Throttled, sdk.Denied:
		return named(err, fmt.Sprintf(" of version %d of ", id), doc)
	}
	return c.upload(ctx, doc, id, body)
}

func bodyPath(set string, doc, id int64) string { return key(set, doc) + "/" + key("Versions", id) }

// upload streams a body as {"Value": "<base64>"}. Uploading it twice harms
// nothing.
func (c *Connector) upload(ctx context.Context, doc, id int64, body *httpx.Lent) error {
	const op = "upload body"
	src, size, err := body.Sized()
	if err != nil {
		return sdk.Errorf(sdk.Transient, op, "file can't be read: %w", err)
	}
	req, err := c.request(ctx, http.MethodPost, bodyPath(c.cfg.profile.Bodies, doc, id)+"/Body", newValue(src))
	if err != nil {
		return err
	}
	req.ContentLength = valueLength(size)
	err = c.done(req, op)
	if failed := body.End(); failed != nil { // the bytes are the caller's again
		return sdk.Errorf(sdk.Transient, op, "file can't be read: %w", failed)
	}
	return named(err, fmt.Sprintf(" of version %d of ", id), doc)
}

// noted is the mark of a file's version. The id is escaped so that the end of it
// can be told; the name is for people.
func noted(a sdk.Attachment) (mark, note string) {
	mark = fileMark + url.QueryEscape(a.ID)
	if name := httpx.BaseName(a.Name); name != "" {
		return mark, mark + ": " + name
	}
	return mark, mark
}

func marked(note, mark string) bool {
	rest, ok := strings.CutPrefix(note, mark)
	return ok && (rest == "" || strings.HasPrefix(rest, ":"))
}

// extensionOf is a file's extension by its name, else by its media type.
func extensionOf(a sdk.Attachment) string {
	if ext := cleanExtension(path.Ext(a.Name)); ext != "" {
		return ext
	}
	return extensions()[a.MediaType]
}

// cleanExtension returns an extension without its dot and in lower case; empty
// where it is none.
func cleanExtension(s string) string {
	s = strings.ToLower(strings.TrimPrefix(s, "."))
	if len(s) > 10 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return s
}

// extensions are those of the media types that files without a name have.
func extensions() map[string]string {
	return map[string]string{
		"application/pdf": "pdf", "application/msword": "doc", "application/rtf": "rtf", "application/vnd.ms-excel": "xls", "application/zip": "zip",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "xlsx",
		"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/tiff": "tif", "text/plain": plainText, "video/mp4": "mp4",
	}
}
