package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// yamlDocument parses a text that holds at most one YAML document and returns
// the document's value, nil where there is none. It notes what it cannot parse.
func yamlDocument(text []byte, found *problems) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		addSyntaxProblem(err, found)
		return nil
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		found.add(second.Line, place{}, "holds a second YAML document (after \"---\"): only one is read")
		return nil
	}
	if len(first.Content) == 0 || isNull(first.Content[0]) {
		return nil
	}
	return first.Content[0]
}

// addSyntaxProblem notes the YAML parser's own complaint, which may quote the
// text only where that cannot be a secret.
func addSyntaxProblem(err error, found *problems) {
	line, text := splitSyntaxError(err)
	switch {
	case strings.Contains(text, "anchor"):
		text = "a value that begins with * refers to an anchor (&) that is not there: quote the value if it is meant literally"
	case strings.Contains(text, "`"):
		text = "a value does not fit its tag (!!)"
	case strings.Contains(text, "cannot start any token"):
		text += " (indent by blanks, not by tabs; quote values that begin with @ % or `)"
	case strings.Contains(text, "mapping values are not allowed"):
		text += " (quote values that hold a colon followed by a blank; check the indentation)"
	}
	found.add(line, place{}, "is no valid YAML: %s", text)
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

// isNull tells whether a value was left out, as in "key:".
func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// lineOf is the line of the key at a path below a mapping, or of the nearest
// thing around it that is there.
func lineOf(node *yaml.Node, path ...string) int {
	line := node.Line
	for _, name := range path {
		key, value := lookUp(node, name)
		if key == nil {
			return line
		}
		line, node = key.Line, value
	}
	return line
}

// lookUp finds a key that stands directly in a mapping.
func lookUp(node *yaml.Node, name string) (key, value *yaml.Node) {
	node = followAlias(node)
	if node.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i], node.Content[i+1]
		}
	}
	return nil, nil
}

// followAlias is the value that an alias (*name) stands for.
func followAlias(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}
