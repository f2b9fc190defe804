package dashboards

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// selectors is what a PromQL expression says of metrics and labels. It is found
// by looking at words alone: that the expression is PromQL is for promtool to say.
type selectors struct {
	// selected are the metrics with the labels that must match, and how.
	selected []selector
	// grouped are the labels named in by, on, group_left and the like.
	grouped []string
	// made are the labels that label_replace makes.
	made []string
}

type selector struct {
	// names are the metric, or all that a pattern of names has.
	names []string
	// matchers are the values to match, by label, without quotes.
	matchers map[string]string
}

func grafanaVariable() *regexp.Regexp { return regexp.MustCompile(`\$[a-zA-Z_]\w*|\$\{`) }

func words(expr string) []string {
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[a-zA-Z_][\w:]*|\$\w+|\d[\w.]*|=~|!~|!=|\S`).FindAllString(expr, -1)
}

func isName(word string) bool { return regexp.MustCompile(`^[a-zA-Z_]`).MatchString(word) }

func selectorsOf(t *testing.T, expr string) selectors {
	t.Helper()
	var s selectors
	operators := []string{"and", "or", "unless", "bool", "offset", "NaN", "Inf"}
	groupings := []string{"by", "without", "on", "ignoring", "group_left", "group_right"}
	all := append(words(expr), "")
	for i := 0; i < len(all)-1; i++ {
		word, next := all[i], all[i+1]
		switch {
		case slices.Contains(groupings, word) && next == "(":
			for i++; all[i] != ")"; i++ {
				if isName(all[i]) {
					s.grouped = append(s.grouped, all[i])
				}
			}
		case word == "label_replace":
			s.made = append(s.made, firstText(all[i+1:]))
		case isName(word) && (next == "(" || slices.Contains(groupings, next)), slices.Contains(operators, word):
			// a function, an aggregation or an operator
		case isName(word) && next == "{":
			matchers := matchersOf(all[i+2:])
			s.selected = append(s.selected, selector{[]string{word}, matchers})
			i += 1 + slices.Index(all[i+1:], "}")
		case word == "{":
			matchers := matchersOf(all[i+1:])
			s.selected = append(s.selected, selector{alternatives(t, matchers["__name__"]), matchers})
			i += slices.Index(all[i:], "}")
		case isName(word):
			s.selected = append(s.selected, selector{[]string{word}, nil})
		}
	}
	return s
}

// matchersOf are the matchers up to the closing brace.
func matchersOf(all []string) map[string]string {
	matchers := make(map[string]string)
	for i := 0; all[i] != "}"; i++ {
		// What a name must not be says nothing of what it is.
		if isName(all[i]) && (all[i] != "__name__" || !strings.HasPrefix(all[i+1], "!")) {
			matchers[all[i]] = strings.Trim(all[i+2], `"`)
		}
	}
	return matchers
}

// firstText is the first text among the arguments of a call, not of those
// within: the label that label_replace makes.
func firstText(all []string) string {
	depth := 0
	for _, word := range all {
		switch {
		case word == "(" || word == "{":
			depth++
		case word == ")" || word == "}":
			depth--
		case depth == 1 && strings.HasPrefix(word, `"`):
			return strings.Trim(word, `"`)
		}
	}
	return ""
}

// alternatives are the names that a pattern of the form a(b|c)d has; one that
// anything may stand in is its own name.
func alternatives(t *testing.T, pattern string) []string {
	t.Helper()
	if strings.Contains(pattern, ".+") {
		return []string{pattern}
	}
	parts := regexp.MustCompile(`^(\w+)\(([\w|]+)\)(\w*)$`).FindStringSubmatch(pattern)
	if parts == nil {
		t.Fatalf("the pattern of names %q is not of the form a(b|c)d", pattern)
	}
	var names []string
	for middle := range strings.SplitSeq(parts[2], "|") {
		names = append(names, parts[1]+middle+parts[3])
	}
	return names
}

func TestSelectorsAreFound(t *testing.T) {
	s := selectorsOf(t, `label_replace(max by (a, b) (one{x="1",y=~"$y"}[5m]) * on (c) group_left (d) two unless {__name__=~"p_(q|r)_s",z!="}"} > bool 0, "m", "$1", "n", "(.*)") or time() - NaN`)
	var names []string
	for _, selected := range s.selected {
		names = append(names, selected.names...)
	}
	if want := []string{"one", "two", "p_q_s", "p_r_s"}; !slices.Equal(names, want) {
		t.Errorf("metrics %v, want %v", names, want)
	}
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(s.grouped, want) {
		t.Errorf("grouped by %v, want %v", s.grouped, want)
	}
	if !slices.Equal(s.made, []string{"m"}) {
		t.Errorf("made %v, want m", s.made)
	}
	if matchers := s.selected[0].matchers; len(matchers) != 2 || matchers["y"] != "$y" {
		t.Errorf("the matchers of one are %v", matchers)
	}
}
