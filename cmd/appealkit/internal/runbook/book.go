// Package runbook reads the operator's runbooks, a document in Markdown, so that
// its tests run the very commands that an operator is told to give.
//
// It runs nothing itself and knows nothing of what the commands do.
package runbook

import (
	"fmt"
	"os"
	"strings"
)

// Block is a fenced block of commands: ```sh NAME.
type Block struct {
	Name    string // one of its own in the document
	Section string // the heading of the second level above it
	Text    string
	Line    int // of its first command, from 1
}

// Read returns the blocks of commands of a document, in its order. A block
// without a name, a name that comes twice and a block without an end are errors:
// nobody would run them.
func Read(path string) ([]Block, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	blocks, err := parse(string(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return blocks, nil
}

func parse(text string) ([]Block, error) {
	var out []Block
	var open *Block
	var section, indent string
	other := false // within a fence that is none of commands
	names := map[string]bool{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open != nil:
			out, open = append(out, *open), nil
		case open != nil:
			open.Text += strings.TrimPrefix(line, indent)
		case fence && (other || !commands(info)):
			other = !other
		case fence:
			_, name, _ := strings.Cut(info, " ")
			if name = strings.TrimSpace(name); name == "" || names[name] {
				return nil, fmt.Errorf("line %d: a block of commands needs a name of its own: ```sh NAME", number)
			}
			names[name] = true
			indent = line[:strings.Index(line, "`")]
			open = &Block{Name: name, Section: section, Line: number + 1}
		case !other && strings.HasPrefix(line, "## "):
			section = strings.TrimSpace(line[len("## "):])
		}
	}
	if open != nil {
		return nil, fmt.Errorf("line %d: the block %s has no end", open.Line, open.Name)
	}
	return out, nil
}

func commands(info string) bool { return info == "sh" || strings.HasPrefix(info, "sh ") }
