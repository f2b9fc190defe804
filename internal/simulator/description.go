package simulator

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// description is what a double has to know of a description: what is asked of
// whom, and how. What is read of the replies is not its affair.
type description struct {
	Headers    map[string]string
	Status     asked
	List       *askedList
	Login      *askedLogin
	Credential *struct{ Header, Value string }
	Parts      *struct {
		asked `yaml:",inline"`
	}
}

type asked struct {
	Path  string
	Query map[string]texts
}

type askedList struct {
	asked `yaml:",inline"`

	Method string
	Next   struct {
		Token, Header, Query, Link, Page, Offset string
		HeaderLink                               bool `yaml:"header_link"`
		Size                                     int
	}
}

type askedLogin struct {
	Path    string
	Method  string
	Basic   bool
	JSON    map[string]string
	Form    map[string]string
	Headers map[string]string
	Token   struct{ JSON, Header string }
	Send    struct{ Header, Prefix, Cookie string }
	Logout  *struct {
		Method, Path string
		Location     bool
	}
}

// texts is one text, or a list of them.
type texts []string

// UnmarshalYAML takes both.
func (t *texts) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.SequenceNode {
		return node.Decode((*[]string)(t))
	}
	*t = texts{node.Value}
	return nil
}

// parseDescription reads the one description of a text: as far as a double needs it.
func parseDescription(text []byte) (name string, read description, err error) {
	var all map[string]description
	if err := yaml.Unmarshal(text, &all); err != nil {
		return "", description{}, fmt.Errorf("reading a description: %w", err)
	}
	for name, read = range all {
		return name, read, nil
	}
	return "", description{}, fmt.Errorf("there is no description")
}

// fill puts values into the braces of a path, each escaped: whole, or but for
// its slashes where a + asks for that.
func fill(path string, values map[string]string) string {
	return regexp.MustCompile(`\{\+?[a-z][a-z0-9_]*\}`).ReplaceAllStringFunc(path, func(placeholder string) string {
		name, several := strings.CutPrefix(strings.Trim(placeholder, "{}"), "+")
		if !several {
			return url.PathEscape(values[name])
		}
		segments := strings.Split(values[name], "/")
		for i := range segments {
			segments[i] = url.PathEscape(segments[i])
		}
		return strings.Join(segments, "/")
	})
}

// matches reports whether a query is the one that is described. What stands in
// braces may be anything but empty. extra are parameters that may come beside.
func (a asked) matches(query url.Values, extra ...string) bool {
	query = maps.Clone(query)
	for _, name := range extra {
		query.Del(name)
	}
	for name, values := range a.Query {
		got := query[name]
		if len(got) != len(values) {
			return false
		}
		for i, value := range values {
			pattern := regexp.QuoteMeta(value)
			pattern = regexp.MustCompile(`\\\{[a-z][a-z0-9_]*\\\}`).ReplaceAllString(pattern, ".+")
			if !regexp.MustCompile("^" + pattern + "$").MatchString(got[i]) {
				return false
			}
		}
		query.Del(name)
	}
	return len(query) == 0
}
