package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxSearchedBytes bounds the texts in which the exact line is searched for, which
// parses the text many times over.
const maxSearchedBytes = 64 << 10

// addSyntaxProblem notes the YAML parser's own complaint about a text, with the
// line that it is about and what is usually wrong there. It may quote the text
// only where that cannot be a secret.
func addSyntaxProblem(text []byte, err error, found *problems) {
	line, complaint := splitSyntaxError(err)
	if len(text) <= maxSearchedBytes {
		if exact := offendingLine(text, complaint); exact > 0 {
			line = exact
		}
	}
	found.add(line, place{}, "is no valid YAML: %s%s", syntaxAdvice(complaint), quotedLine(text, line))
}

// syntaxAdvice is the parser's complaint with what to do.
func syntaxAdvice(complaint string) string {
	var advice string
	switch {
	case strings.Contains(complaint, "anchor"):
		return "a value that begins with * refers to an anchor (&) that is not there: quote the value if it is meant literally"
	case strings.Contains(complaint, "`"):
		return "a value does not fit its tag (!!)"
	case strings.Contains(complaint, "tab character"):
		advice = "indent by blanks, not by tabs"
	case strings.Contains(complaint, "cannot start any token"):
		advice = "indent by blanks, not by tabs; quote values that begin with @ % or `"
	case strings.Contains(complaint, "mapping values are not allowed"):
		advice = "quote values that hold a colon followed by a blank; check the indentation"
	case strings.Contains(complaint, "escape"):
		advice = "a backslash counts between double quotes: use single quotes"
	case strings.Contains(complaint, "end of stream"):
		advice = "a quote is not closed"
	case strings.Contains(complaint, "',' or"):
		advice = "a bracket or brace is not closed, or a comma is missing"
	default:
		advice = "check the indentation"
	}
	return complaint + " (" + advice + ")"
}

// offendingLine is the last line of the shortest beginning of the text that the
// parser complains about in the same way: the parser itself names the line where
// the block around it began. 0: unknown.
func offendingLine(text []byte, complaint string) int {
	ends := lineEnds(text)
	at := sort.Search(len(ends), func(i int) bool {
		err := syntaxError(text[:ends[i]])
		if err == nil {
			return false
		}
		_, same := splitSyntaxError(err)
		return same == complaint
	})
	if at == len(ends) {
		return 0
	}
	return at + 1
}

// lineEnds are the offsets behind the end of each line.
func lineEnds(text []byte) []int {
	var ends []int
	for i, character := range text {
		if character == '\n' {
			ends = append(ends, i+1)
		}
	}
	return append(ends, len(text))
}

// syntaxError is the parser's complaint about the first document of a text.
func syntaxError(text []byte) error {
	var node yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&node); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// quotedLine shows a line of the text, unless it could hold a secret: only one
// that begins with a key which is known to have none.
func quotedLine(text []byte, number int) string {
	lines := bytes.Split(text, []byte("\n"))
	if number < 1 || number > len(lines) {
		return ""
	}
	line := strings.TrimSpace(string(lines[number-1]))
	key, _, _ := strings.Cut(strings.TrimLeft(line, "- "), ":")
	mayBeSecret := regexp.MustCompile(`(?i)pass|secret|token|credential|key|auth|user|cert|\bca\b|header|value|claim|param|@`)
	if !slices.Contains(plainKeys(), key) || mayBeSecret.MatchString(line) {
		return ""
	}
	return fmt.Sprintf(": %s", shown(line))
}

// plainKeys are the keys of a configuration and of job files, but not those that
// stand below others, among which those of secrets are.
func plainKeys() []string {
	var keys []string
	for _, part := range []any{&fileKeys{}, &targetKeys{}, &jobKeys{}} {
		keys = append(keys, fieldKeys(reflect.ValueOf(part).Elem())...)
	}
	return keys
}

// splitSyntaxError takes the line number out of a message of the YAML parser.
func splitSyntaxError(err error) (line int, text string) {
	parts := regexp.MustCompile(`(?s)^yaml: (?:line (\d+): )?(.*)$`).FindStringSubmatch(err.Error())
	if parts == nil {
		return 0, "cannot be parsed"
	}
	line, _ = strconv.Atoi(parts[1]) // no number: line 0, unknown
	return line, parts[2]
}
