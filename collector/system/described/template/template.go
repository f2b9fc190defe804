// Package template fills names into the paths and queries of described systems.
// Whatever is filled in, a path stays below the one that the description names.
package template

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Template is a text with names in braces: {x} is one segment of a path, {+x}
// may be several with slashes between them.
type Template struct {
	parts []part
}

type part struct {
	// literal stands as it is; name is empty then.
	literal string
	name    string
	// slashes are kept.
	slashes bool
}

// Parse splits a text. Braces around anything but a name stand for themselves.
// known are the names that may be filled in.
func Parse(text string, known []string) (Template, error) {
	placeholder := regexp.MustCompile(`\{(\+?)([a-z][a-z0-9_]*)\}`)
	var t Template
	from := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		t.literally(text[from:at[0]])
		name := text[at[4]:at[5]]
		if !slices.Contains(known, name) {
			return Template{}, unknown(name, known)
		}
		t.parts = append(t.parts, part{name: name, slashes: at[2] < at[3]})
		from = at[1]
	}
	t.literally(text[from:])
	return t, nil
}

func unknown(name string, known []string) error {
	if near := config.DidYouMean(name, known); near != "" {
		return fmt.Errorf("{%s} is not known here%s", name, near)
	}
	return fmt.Errorf("{%s} is not known here: it must be one of %s", name, strings.Join(known, ", "))
}

func (t *Template) literally(text string) {
	if text != "" {
		t.parts = append(t.parts, part{literal: text})
	}
}

// ParsePath is Parse for a path, which begins with a slash and is escaped
// already where it needs to be.
func ParsePath(text string, known []string) (Template, error) {
	t, err := Parse(text, known)
	if err != nil {
		return Template{}, err
	}
	if !strings.HasPrefix(text, "/") {
		return Template{}, errors.New("must begin with /")
	}
	for _, part := range t.parts {
		if problem := literalProblem(part.literal); problem != "" {
			return Template{}, errors.New(problem)
		}
	}
	stand := slices.Clone(t.parts)
	for i := range stand {
		if stand[i].name != "" {
			stand[i] = part{literal: "x"}
		}
	}
	whole, _ := Template{parts: stand}.Path(nil)
	if whole != "/" && Problem(strings.TrimSuffix(whole[1:], "/")) != "" {
		return Template{}, errors.New(`must not hold ".", ".." or nothing between two slashes`)
	}
	return t, nil
}

func literalProblem(text string) string {
	switch {
	case strings.ContainsAny(text, "?#"):
		return "must not hold ? or #: the query has a key of its own"
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r >= utf8.RuneSelf }):
		return "must not hold blanks, backslashes or letters beyond ASCII: escape them (%20)"
	}
	if _, err := url.PathUnescape(text); err != nil {
		return "holds a % that is not followed by two hexadecimal digits"
	}
	return ""
}

// Names are the names that are filled in.
func (t Template) Names() []string {
	var names []string
	for _, part := range t.parts {
		if part.name != "" {
			names = append(names, part.name)
		}
	}
	return names
}

// KeepsSlashesOf reports whether a name is filled in with its slashes.
func (t Template) KeepsSlashesOf(name string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.name == name && p.slashes })
}

// Path fills in values, escaped. A value that would leave its place is refused.
func (t Template) Path(values map[string]string) (string, error) {
	var path strings.Builder
	for _, part := range t.parts {
		if part.name == "" {
			path.WriteString(part.literal)
			continue
		}
		value := values[part.name]
		if problem := Problem(value); problem != "" {
			return "", fmt.Errorf("{%s} %s", part.name, problem)
		}
		path.WriteString(escaped(value, part.slashes))
	}
	return path.String(), nil
}

func escaped(value string, slashes bool) string {
	if !slashes {
		return url.PathEscape(value)
	}
	segments := strings.Split(value, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/")
}

// Text fills in values as they are.
func (t Template) Text(values map[string]string) string {
	if len(t.parts) == 1 && t.parts[0].name == "" {
		return t.parts[0].literal
	}
	var text strings.Builder
	for _, part := range t.parts {
		if part.name == "" {
			text.WriteString(part.literal)
		} else {
			text.WriteString(values[part.name])
		}
	}
	return text.String()
}

// Problem is what keeps a value out of paths; empty: nothing. Servers decode what
// is escaped, some of them twice, and take dots and backslashes for steps to
// elsewhere: so all of that counts, however often it is escaped.
func Problem(value string) string {
	if value == "" {
		return "is empty"
	}
	for {
		if problem := plainProblem(value); problem != "" {
			return problem
		}
		decoded, err := url.PathUnescape(value)
		if err != nil || decoded == value {
			return ""
		}
		value = decoded
	}
}

func plainProblem(value string) string {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
		return "must not hold control characters"
	}
	for _, segment := range strings.FieldsFunc(value, isSlash) {
		if segment == "." || segment == ".." {
			return `must not hold "." or ".." between slashes`
		}
	}
	if isSlash(rune(value[0])) || isSlash(rune(value[len(value)-1])) || strings.Contains(strings.ReplaceAll(value, `\`, "/"), "//") {
		return "must not begin or end with a slash, nor hold two together"
	}
	return ""
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }
