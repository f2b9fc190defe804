// Package expression runs the expressions of described systems: jq, within
// bounds. What an expression may say is checked when it is compiled, so that
// nothing that it or a reply does runs for ever or takes memory without bound.
package expression

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/itchyny/gojq"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
)

const (
	// longestSource is the length of an expression, in characters.
	longestSource = 1000
	// mostExpressions is the number of expressions of one system.
	mostExpressions = 64
)

// Expression is one compiled expression of a Program.
type Expression struct {
	source string
	// plain are the paths of an expression without anything else; nil: run by jq.
	plain []path
	// parsed is the syntax tree as it was written.
	parsed *gojq.Query
	// index is the number of the code in the program's machines.
	index int
}

// Source is the expression as it was written.
func (e *Expression) Source() string { return e.source }

// Plain reports whether the expression is a path, or paths with // between them.
func (e *Expression) Plain() bool { return e.plain != nil }

// AddNeed adds to a Need what the expression reads of its input.
func (e *Expression) AddNeed(n *document.Need) *document.Need { return addNeed(n, e.parsed) }

// AddNeedOfSingle adds to a Need what the expression reads where its result counts
// only if it is a single value.
func (e *Expression) AddNeedOfSingle(n *document.Need) *document.Need {
	if e.plain == nil {
		return e.AddNeed(n)
	}
	for _, path := range e.plain {
		names, whole := path.names()
		if whole {
			n = n.AddSingle(names)
		} else {
			n = n.Add(names)
		}
	}
	return n
}

// AddNeedOfEach adds to a Need what the expression reads where its result is
// a list, of whose elements only so much is wanted.
func (e *Expression) AddNeedOfEach(n, element *document.Need) *document.Need {
	if len(e.plain) != 1 {
		return e.AddNeed(n)
	}
	names, whole := e.plain[0].names()
	if !whole {
		return e.AddNeed(n)
	}
	return n.AddEach(names, element)
}

// Compile adds an expression to a program. The error says what is wrong and
// where in the expression, in one line.
func (p *Program) Compile(source string) (*Expression, error) {
	switch {
	case utf8.RuneCountInString(source) > longestSource:
		return nil, fmt.Errorf("is longer than %d characters", longestSource)
	case strings.TrimSpace(source) == "":
		return nil, errors.New("is empty")
	case p.number >= mostExpressions:
		return nil, fmt.Errorf("a system has at most %d expressions", mostExpressions)
	}
	parsed, err := gojq.Parse(source)
	if err != nil {
		return nil, syntaxError(source, err)
	}
	p.number++
	checked, err := p.check(source)
	if err != nil {
		return nil, located(source, err)
	}
	e := &Expression{source: source, parsed: parsed, plain: plainPaths(parsed), index: len(p.queries)}
	if !e.Plain() {
		p.queries = append(p.queries, checked)
	}
	return e, nil
}

// check returns the syntax tree with its guards, which compiles.
func (p *Program) check(source string) (*gojq.Query, error) {
	tree, err := gojq.Parse(source)
	if err != nil {
		return nil, err
	}
	w := walker{rules: rules()}
	if err := w.query(tree); err != nil {
		return nil, err
	}
	if _, err := compile(tree, &meter{}); err != nil {
		return nil, err
	}
	return tree, nil
}

func compile(tree *gojq.Query, m *meter) (*gojq.Code, error) {
	return gojq.Compile(tree, append(m.functions(), gojq.WithVariables([]string{parameters}))...)
}

// syntaxError says where the parser stopped.
func syntaxError(source string, err error) error {
	var broken *gojq.ParseError
	if !errors.As(err, &broken) {
		return errors.New("is no valid jq")
	}
	if broken.Offset >= len(source) && broken.Token == "" {
		return fmt.Errorf("ends too early, after character %d: is a bracket, a quote or an \"end\" missing?", utf8.RuneCountInString(source))
	}
	position := broken.Offset - len(broken.Token)
	position = min(max(position, 0), len(source))
	return fmt.Errorf("at character %d: %w", utf8.RuneCountInString(source[:position])+1, broken)
}

// located adds to a refusal where in the source its token stands first.
func located(source string, err error) error {
	refused, ok := errors.AsType[*refusal](err)
	if !ok { // the compiler's own: an unbound variable
		text := err.Error()
		_, name, found := strings.Cut(text, ": ")
		if !found {
			return err
		}
		refused = &refusal{token: name, text: text}
	}
	if at := position(source, refused.token); at > 0 {
		return fmt.Errorf("at character %d: %s", at, refused.text)
	}
	return errors.New(refused.text)
}

// position is the character at which a token stands, from 1 on; 0: nowhere.
func position(source, token string) int {
	if token == "" {
		return 0
	}
	for from := 0; ; {
		at := strings.Index(source[from:], token)
		if at < 0 {
			return 0
		}
		at += from
		if standsAlone(source, at, token) && !quoted(source[:at]) {
			return utf8.RuneCountInString(source[:at]) + 1
		}
		from = at + len(token)
	}
}

// standsAlone reports whether a token is not a part of a longer word or a path.
func standsAlone(source string, at int, token string) bool {
	if !isWord(token[0]) {
		return true
	}
	end := at + len(token)
	return (at == 0 || !isWord(source[at-1]) && source[at-1] != '.' && source[at-1] != '$') &&
		(end == len(source) || !isWord(source[end]))
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quoted reports whether a place is within quotes, by what stands before it.
func quoted(before string) bool {
	inside := false
	for i := 0; i < len(before); i++ {
		switch before[i] {
		case '\\':
			if inside && i+1 < len(before) && before[i+1] == '(' {
				return false // within an interpolation: anything may follow
			}
			i++
		case '"':
			inside = !inside
		}
	}
	return inside
}
