package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
)

// maxCost bounds one evaluation of a condition, in CEL's units of about one
// operation each.
const maxCost = 10_000

// compiler turns conditions into programs.
type compiler struct {
	env    *cel.Env
	fields map[string]field
}

func newCompiler() (*compiler, error) {
	c := &compiler{fields: map[string]field{}}
	var options []cel.EnvOption
	for _, f := range fields() {
		c.fields[root+f.name] = f
		options = append(options, cel.Variable(root+f.name, f.kind))
	}
	var err error
	if c.env, err = cel.NewEnv(options...); err != nil {
		return nil, fmt.Errorf("condition language: %w", err)
	}
	return c, nil
}

// program compiles a condition; nil for an empty one, which is always true.
func (c *compiler) program(when string) (cel.Program, error) {
	if strings.TrimSpace(when) == "" {
		return nil, nil
	}
	ast, issues := c.env.Compile(when)
	if err := fault(issues); err != nil {
		return nil, err
	}
	if ast.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("column 1: the condition yields %s, not true or false", ast.OutputType())
	}
	return c.env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
}

// fault puts a compiler's complaints, of which there may be none, into one line
// each, with the column.
func fault(issues *cel.Issues) error {
	var errs []error
	for _, e := range issues.Errors() {
		errs = append(errs, fmt.Errorf("%s: %s%s", place(e.Location), e.Message, hint(e.Message)))
	}
	return errors.Join(errs...)
}

// place counts columns from 1; only a condition of several lines has a line.
func place(at common.Location) string {
	if at.Line() > 1 {
		return fmt.Sprintf("line %d, column %d", at.Line(), at.Column()+1)
	}
	return fmt.Sprintf("column %d", at.Column()+1)
}

// hint tells what there is where a name is unknown.
func hint(message string) string {
	if !strings.Contains(message, "undeclared reference to 'appeal") {
		return ""
	}
	return "; no such field of an appeal, or not one to route by; known: " + strings.Join(Fields(), ", ")
}

// check finds what is wrong with a rule besides its condition.
func (r Rule) check() error {
	var errs []error
	fail := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fail(r.From == "", "from is required")
	fail(len(r.To) == 0, "to is required: the name of a link, or a list of names")
	for i, to := range r.To {
		fail(to == "", "to[%d] is empty", i)
		fail(to != "" && to == r.From, "to: %s is where the appeal comes from", to)
		fail(slices.Contains(r.To[:i], to), "to: %s stands there twice", to)
	}
	fail(r.Lead != "" && !slices.Contains(r.To, r.Lead), "lead: %s is not among to", r.Lead)
	return errors.Join(errs...)
}
