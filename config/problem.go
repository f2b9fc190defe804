package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxProblems bounds the problems that are looked for in one file: of a list of
// thousands of things that are no jobs, all wrong in the same way, the first few
// tell enough, and to find them all would take long.
const maxProblems = 50

// place is where in a file a value stands, in the user's words.
type place struct {
	// owner is the target, job or section, as in `target "a": job "1"`.
	owner string
	// key is the path of keys below the owner, as in "oauth2.tls_config".
	key string
}

// child is the place of a key below p.
func (p place) child(key string) place {
	if p.key != "" {
		key = p.key + "." + key
	}
	return place{owner: p.owner, key: key}
}

// item is the place of an element of the list at p.
func (p place) item(index int) place {
	return place{owner: p.owner, key: fmt.Sprintf("%s[%d]", p.key, index)}
}

// problem is one thing wrong with a file.
type problem struct {
	line int // 0: unknown
	text string
}

// problems collects everything that is wrong with one file, so that its author
// mends it in one go. No text in it may quote a value of the file that could be
// a secret.
type problems struct {
	file string
	list []problem
	// more tells that there are more than maxProblems.
	more bool
	// parts are those of the files that this one names.
	parts []*problems
}

// add notes a problem with the value at a place.
func (p *problems) add(line int, at place, format string, arguments ...any) {
	if len(p.list) == maxProblems {
		p.more = true
		return
	}
	parts := make([]string, 0, 3)
	for _, part := range []string{at.owner, at.key, fmt.Sprintf(format, arguments...)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	p.list = append(p.list, problem{line: line, text: strings.Join(parts, ": ")})
}

// wrong notes a problem with a value that is shown. It must not be one of those
// that can be secret.
func (p *problems) wrong(line int, at place, value, format string, arguments ...any) {
	p.add(line, at, "%s: %s", shown(value), fmt.Sprintf(format, arguments...))
}

// full tells that no more problems need to be looked for.
func (p *problems) full() bool { return p.more }

// maxShown bounds, in characters, the values that messages show.
const maxShown = 60

// shown is a value as messages show it, on one line.
func shown(value string) string {
	if characters := []rune(value); len(characters) > maxShown {
		value = string(characters[:maxShown]) + "…"
	}
	return strconv.Quote(value)
}

// since tells whether one of the problems from an index on is with the value at
// a place or below it.
func (p *problems) since(index int, at place) bool {
	return slices.ContainsFunc(p.list[index:], func(known problem) bool {
		return strings.HasPrefix(known.text, at.owner+": "+at.key)
	})
}

// err joins the problems into one error, a line each, in the order of the file,
// then those of its parts; nil where there are none.
func (p *problems) err() error {
	sorted := slices.Clone(p.list)
	slices.SortStableFunc(sorted, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, problem := range sorted {
		all = append(all, errors.New(located(p.file, problem.line)+problem.text))
	}
	if p.more {
		all = append(all, fmt.Errorf("%s: and more", p.file))
	}
	for _, part := range p.parts {
		all = append(all, part.err())
	}
	return errors.Join(all...)
}

// located is the beginning of a message about a line of a file.
func located(file string, line int) string {
	if line == 0 {
		return file + ": "
	}
	return fmt.Sprintf("%s:%d: ", file, line)
}

// lines splits an error made by errors.Join into its messages.
func lines(err error) []string {
	return strings.Split(err.Error(), "\n")
}
