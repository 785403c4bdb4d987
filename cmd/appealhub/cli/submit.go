package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"
)

func (a *app) appealSubmit() *cobra.Command {
	var files []string
	var key string
	c := &cobra.Command{
		Use:   "submit [FILE]",
		Short: "Submit an appeal (appeal.v1, JSON) from a file or standard input",
		Long: "Submit an appeal (appeal.v1, JSON) from a file or standard input, with the files that --file names.\n" +
			"With --key a second try of the same submission makes no second appeal.\n" +
			"It prints the appeal's id; its reference, LINK/ID, where the hub has it in Kafka and not in its journal yet.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := a.read(args)
			if err != nil {
				return err
			}
			if body, err = a.attach(c.Context(), body, files); err != nil {
				return err
			}
			header := map[string]string{"Content-Type": "application/json"}
			if key != "" {
				header["Idempotency-Key"] = key
			}
			var out document
			at, err := a.located(c.Context(), request{method: http.MethodPost, path: "/appeals", body: bytes.NewReader(body), header: header}, &out)
			if err != nil {
				return err
			}
			return a.tellSubmitted(out, at)
		},
	}
	c.Flags().StringArrayVar(&files, "file", nil, "file to attach; may be given again")
	c.Flags().StringVar(&key, "key", "", "idempotency key: the same submission has the same, and no other program's")
	return c
}

// tellSubmitted prints an appeal's id, and tells of one that found no way. One that
// waits in the inbound topic has no id yet: its reference is printed, and where it can
// be asked for is told.
func (a *app) tellSubmitted(out document, at string) error {
	if out.text("id") != "" || at == "" {
		if a.output == asMap {
			return a.json(out)
		}
		if why := out.text("reason"); why != "" {
			fmt.Fprintf(a.errors, "it is kept, and goes nowhere yet (%s): see appealhub dlq parked\n", words(why))
		}
		return a.line("%s", out.text("id"))
	}
	if a.output == asMap {
		out["location"] = at
		return a.json(out)
	}
	fmt.Fprintf(a.errors, "it waits in the inbound topic; GET %s says what becomes of it\n", at)
	return a.line("%s", printable(out.text("ref.link")+"/"+out.text("ref.id")))
}

// read reads the document from the file named, or from standard input.
func (a *app) read(args []string) ([]byte, error) {
	if len(args) == 0 || args[0] == "-" {
		return io.ReadAll(a.in)
	}
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return nil, usage(err)
	}
	return raw, nil
}

// attach uploads files and names them in the document. Without files the
// document goes as it is, for the hub to judge.
func (a *app) attach(ctx context.Context, body []byte, files []string) ([]byte, error) {
	if len(files) == 0 {
		return body, nil
	}
	var doc map[string]jsontext.Value
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, &exit{exitInvalid, fmt.Errorf("the appeal is no JSON object: %w", err)}
	}
	var all []jsontext.Value
	if given, ok := doc["attachments"]; ok {
		if err := json.Unmarshal(given, &all); err != nil {
			return nil, &exit{exitInvalid, errors.New("attachments is not a list")}
		}
	}
	for _, path := range files {
		uploaded, err := a.upload(ctx, path)
		if err != nil {
			return nil, err
		}
		all = append(all, uploaded)
	}
	list, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	doc["attachments"] = list
	return json.Marshal(doc, json.Deterministic(true))
}

// upload streams a file to the hub and returns it as the hub names it.
func (a *app) upload(ctx context.Context, path string) (jsontext.Value, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usage(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return nil, usagef("--file %s is not a file that can be read; name one", path)
	}
	mediaType := mime.TypeByExtension(filepath.Ext(path))
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	var out jsontext.Value
	err = a.call(ctx, request{method: http.MethodPost, path: "/attachments", body: f, header: map[string]string{
		"Content-Type":        mediaType,
		"Content-Disposition": mime.FormatMediaType("attachment", map[string]string{"filename": filepath.Base(path)}),
	}}, &out)
	return out, err
}
