package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/appealhub/appealhub/sdk"
)

// spec describes the cabinet: a document system that is a folder with a folder
// for each appeal. An official writes state.json and the answer's file there.
func spec() sdk.Spec {
	options := []sdk.Option{{Name: "path", Summary: "the cabinet's folder", Required: true}}
	return sdk.Spec{
		Name: "cabinet", Summary: "A folder for each appeal", Options: options,
		Open: func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
			r := sdk.NewOptionReader(options, env.Options)
			c := &cabinet{link: env.Link, path: r.String("path")}
			return c, r.Err()
		},
	}
}

type cabinet struct{ link, path string }

// Close has nothing to release: each call opens the folder anew.
func (c *cabinet) Close() error { return nil }

// Check looks whether the folder is there.
func (c *cabinet) Check(context.Context) error {
	return c.in("check", func(*os.Root) error { return nil })
}

// DeliverAppeal makes the appeal's folder, or writes a newer revision into it.
func (c *cabinet) DeliverAppeal(_ context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	file := path.Join(a.ID, "appeal.json")
	err := c.in("put appeal", func(root *os.Root) error {
		var kept sdk.Appeal
		if err := read(root, file, &kept); err == nil && kept.Revision >= a.Revision {
			return nil
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		text, err := json.MarshalIndent(a, "", "  ")
		if err != nil {
			return sdk.Errorf(sdk.Invalid, "put appeal", "the appeal can't be written: %w", err)
		}
		if err := root.MkdirAll(a.ID, 0o700); err != nil {
			return err
		}
		if err := root.WriteFile(file+".new", text, 0o600); err != nil {
			return err
		}
		return root.Rename(file+".new", file)
	})
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: a.ID}}, err
}

// DeliverAttachment writes the file under its digest: ids and names are other
// people's text.
func (c *cabinet) DeliverAttachment(_ context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	name := "file-" + a.SHA256
	err := c.in("put file", func(root *os.Root) error {
		f, err := root.Create(path.Join(to.ID, name))
		if err != nil {
			return err
		}
		_, err = io.Copy(f, body)
		return errors.Join(err, f.Close())
	})
	return sdk.Receipt{Ref: sdk.Ref{ID: name}}, err
}

// state is what an official writes.
type state struct {
	State  string // registered, in_work, answered
	Number string // of registration
	Text   string // of the answer
	File   string // of the answer, beside state.json
}

// ReadStatuses reads the state.json of each; none is the first state.
func (c *cabinet) ReadStatuses(_ context.Context, open ...sdk.Ref) (out []sdk.StatusChange, err error) {
	err = c.in("read state", func(root *os.Root) error {
		for _, ref := range open {
			var s state
			switch err := read(root, path.Join(ref.ID, "state.json"), &s); {
			case err == nil:
				out = append(out, c.change(ref, s))
			case !errors.Is(err, fs.ErrNotExist):
				return err
			}
		}
		return nil
	})
	return out, err
}

// statuses are the cabinet's words. Another word comes through without a status:
// the hub parks it and shows it.
var statuses = map[string]sdk.Status{"registered": sdk.StatusRegistered, "in_work": sdk.StatusInWork, "answered": sdk.StatusAnswered}

func (c *cabinet) change(ref sdk.Ref, s state) sdk.StatusChange {
	out := sdk.StatusChange{Ref: ref, Status: statuses[s.State], External: sdk.External{Code: s.State}, Text: s.Text}
	if s.Number != "" {
		out.Number = sdk.Number{System: sdk.NumberEDMS, Link: c.link, Value: s.Number}
	}
	if out.Status == sdk.StatusAnswered {
		out.Outcome = sdk.OutcomeExplained
	}
	if s.File != "" {
		out.Attachments = []sdk.Attachment{{ID: s.File, Name: s.File, Locator: path.Join(ref.ID, s.File)}}
	}
	out.ID = sdk.ChangeID(out)
	return out
}

// OpenAttachment opens the answer's file. A root is left by no locator.
func (c *cabinet) OpenAttachment(_ context.Context, a sdk.Attachment) (body io.ReadCloser, err error) {
	err = c.in("open file", func(root *os.Root) error {
		body, err = root.Open(a.Locator)
		if errors.Is(err, fs.ErrNotExist) {
			return sdk.Errorf(sdk.NotFound, "open file", "there is no such file")
		}
		return err
	})
	return body, err
}

// in opens the cabinet for f. What f does not classify is Transient: a disk that
// is full or away comes back.
func (c *cabinet) in(op string, f func(*os.Root) error) error {
	root, err := os.OpenRoot(c.path)
	if err == nil {
		err = f(root)
		err = errors.Join(err, root.Close())
	}
	if err == nil || errors.As(err, new(*sdk.Error)) {
		return err
	}
	return sdk.Errorf(sdk.Transient, op, "%w", err)
}

// read reads JSON. Half a file is one that is being written: it is read later.
func read(root *os.Root, name string, into any) error {
	text, err := root.ReadFile(name)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

var (
	_ sdk.AppealSink     = (*cabinet)(nil)
	_ sdk.AttachmentSink = (*cabinet)(nil)
	_ sdk.StatusReader   = (*cabinet)(nil)
	_ sdk.Attacher       = (*cabinet)(nil)
	_ sdk.Checker        = (*cabinet)(nil)
)
