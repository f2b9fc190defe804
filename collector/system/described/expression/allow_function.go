package expression

import (
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// function checks a call of a function, and puts its guards around it.
func (w *walker) function(t *gojq.Term) error {
	f := t.Func
	if strings.HasPrefix(f.Name, "$") {
		if hidden(f.Name) {
			return refuse(f.Name, "%s is not allowed", f.Name)
		}
		return nil
	}
	rule, known := w.rules[f.Name]
	if !known {
		return w.unknown(f.Name)
	}
	if !slices.Contains(rule.arguments, len(f.Args)) {
		return refuse(f.Name, "the function %q is not there with %s", f.Name, arguments(len(f.Args)))
	}
	if err := checkArguments(f, rule); err != nil {
		return err
	}
	if err := w.both(f.Args...); err != nil {
		return err
	}
	w.rewrite(t, rule)
	return nil
}

func arguments(number int) string {
	if number == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", number)
}

func (w *walker) unknown(name string) error {
	near := config.DidYouMean(name, slices.Sorted(maps.Keys(w.rules)))
	return refuse(name, "the function %q is not defined, or not allowed here%s", name, near)
}

func checkArguments(f *gojq.Func, rule rule) error {
	if !rule.constant && !rule.pattern {
		return nil
	}
	for _, argument := range f.Args {
		if !constant(argument) {
			return refuse(f.Name, "what stands in the parentheses of %q must be written down, not computed", f.Name)
		}
	}
	if rule.pattern {
		return checkPattern(f)
	}
	return nil
}

func checkPattern(f *gojq.Func) error {
	text := func(i int) (string, bool) {
		if term := f.Args[i].Term; term != nil && term.Type == gojq.TermTypeString {
			return term.Str.Str, true
		}
		return "", false
	}
	pattern, ok := text(0)
	if !ok {
		return refuse(f.Name, "%q needs a regular expression in quotes", f.Name)
	}
	if rule := patternProblem(pattern); rule != "" {
		return refuse(f.Name, "%q: %s", f.Name, rule)
	}
	if len(f.Args) < 2 {
		return nil
	}
	if flags, ok := text(1); !ok || strings.Trim(flags, "ixsln") != "" {
		return refuse(f.Name, `the flags of %q must be some of "ixsln"`, f.Name)
	}
	return nil
}

// largestPattern is the size of a regular expression, in steps of its matcher:
// matching takes that many steps for each character of a text.
const largestPattern = 500

func patternProblem(pattern string) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return err.Error()
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return err.Error()
	}
	if len(program.Inst) > largestPattern {
		return "the regular expression is too large: are there numbers of repetitions in it?"
	}
	return ""
}

// rewrite puts a function's guards around it, or ours in its place.
func (w *walker) rewrite(t *gojq.Term, rule rule) {
	f := t.Func
	if rule.argument != "" {
		for i := range f.Args {
			f.Args[i] = guarded(f.Args[i], rule.argument)
		}
	}
	switch {
	case f.Name == "params":
		f.Name = parameters
	case f.Name == "map":
		t.Type, t.Func = gojq.TermTypeArray, nil
		t.Array = &gojq.Array{Query: piped(pipe(eachElement(), f.Args[0]), guardElement)}
	case f.Name == "add" && len(f.Args) == 1:
		list := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeArray, Array: &gojq.Array{Query: piped(f.Args[0], guardElement)}}}
		f.Args = nil
		replace(t, pipe(piped(list, rule.input), call("add")))
	case rule.instead != "":
		f.Name = rule.instead
	case rule.input != "":
		replace(t, pipe(call(rule.input), &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: f}}))
	}
}
