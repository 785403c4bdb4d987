package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
		var held sdk.Appeal
		if err := read(root, file, &held); err == nil && held.Revision >= a.Revision {
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
		return errors.Join(put(root, file, bytes.NewReader(text)), kept(root, "."))
	})
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: a.ID}}, err
}

// DeliverAttachment writes the file under its digest: ids and names are other
// people's text.
func (c *cabinet) DeliverAttachment(_ context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	name := "file-" + a.SHA256
	err := c.in("put file", func(root *os.Root) error {
		return put(root, path.Join(to.ID, name), body)
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

// ReadStatuses reads the state.json of each; none is the first state. One that
// can't be read is Invalid: it keeps no other from being told.
func (c *cabinet) ReadStatuses(_ context.Context, open ...sdk.Ref) (out []sdk.StatusChange, err error) {
	err = c.in("read state", func(root *os.Root) error {
		for _, ref := range open {
			var s state
			err := read(root, path.Join(ref.ID, "state.json"), &s)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return err
			}
			change, err := c.change(root, ref, s)
			if err != nil {
				return err
			}
			out = append(out, change)
		}
		return nil
	})
	return out, err
}

// statuses are the cabinet's words. Another word comes through without a status:
// the hub parks it and shows it.
var statuses = map[string]sdk.Status{"registered": sdk.StatusRegistered, "in_work": sdk.StatusInWork, "answered": sdk.StatusAnswered}

func (c *cabinet) change(root *os.Root, ref sdk.Ref, s state) (sdk.StatusChange, error) {
	out := sdk.StatusChange{Ref: ref, Status: statuses[s.State], External: sdk.External{Code: s.State}, Text: s.Text}
	if s.Number != "" {
		out.Number = sdk.Number{System: sdk.NumberEDMS, Link: c.link, Value: s.Number}
	}
	if out.Status == sdk.StatusAnswered {
		out.Outcome = sdk.OutcomeExplained
	}
	if s.File != "" {
		file, err := answer(root, ref, s.File)
		if err != nil {
			return out, err
		}
		out.Attachments = []sdk.Attachment{file}
	}
	out.ID = sdk.ChangeID(out)
	return out, nil
}

// answer announces the answer's file by its content: what a second answer says
// under the same name is another file. One that is not there yet is not announced,
// or it would be missing for good.
func answer(root *os.Root, ref sdk.Ref, name string) (sdk.Attachment, error) {
	f, err := root.Open(path.Join(ref.ID, name))
	if errors.Is(err, fs.ErrNotExist) {
		return sdk.Attachment{}, sdk.Errorf(sdk.Invalid, "read state", "the answer's file is not there")
	} else if err != nil {
		return sdk.Attachment{}, err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return sdk.Attachment{ID: hex.EncodeToString(sum.Sum(nil)), Name: name, Locator: path.Join(ref.ID, name)}, err
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

// put writes a file whole or not at all, and returns once a loss of power leaves it
// there: what is receipted is held.
func put(root *os.Root, name string, body io.Reader) error {
	f, err := root.Create(name + ".new")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := root.Rename(name+".new", name); err != nil {
		return err
	}
	return kept(root, path.Dir(name))
}

// kept has the disk hold a folder's names.
func kept(root *os.Root, name string) error {
	dir, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// read reads JSON. What is none is half written, or wrong, and Invalid either way.
func read(root *os.Root, name string, into any) error {
	text, err := root.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return sdk.Errorf(sdk.Invalid, "read", "%s holds no such JSON", path.Base(name))
	}
	return nil
}

var (
	_ sdk.AppealSink     = (*cabinet)(nil)
	_ sdk.AttachmentSink = (*cabinet)(nil)
	_ sdk.StatusReader   = (*cabinet)(nil)
	_ sdk.Attacher       = (*cabinet)(nil)
	_ sdk.Checker        = (*cabinet)(nil)
)
