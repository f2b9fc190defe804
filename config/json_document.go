package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxJSONDepth bounds the nesting of a JSON file. Job files need three levels.
const maxJSONDepth = 20

// jsonDocument parses a JSON text into the nodes that YAML would have, so that
// one set of rules and messages holds for both; nil where the text is empty. It
// notes what it cannot parse.
func jsonDocument(text []byte, found *problems) *yaml.Node {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	if !utf8.Valid(text) {
		found.add(0, place{}, "is no valid JSON: it is not UTF-8")
		return nil
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		line := 0
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			line = 1 + bytes.Count(text[:syntax.Offset], []byte("\n"))
		}
		found.add(line, place{}, "is no valid JSON: %s", err)
		return nil
	}
	reader := &jsonReader{text: text, decoder: json.NewDecoder(bytes.NewReader(text)), line: 1}
	reader.decoder.UseNumber()
	node, err := reader.value(0)
	if err != nil {
		found.add(reader.line, place{}, "is no valid JSON: %s", err)
		return nil
	}
	if isNull(node) {
		return nil
	}
	return node
}

// jsonReader makes nodes of JSON tokens, with their lines.
type jsonReader struct {
	text    []byte
	decoder *json.Decoder
	offset  int // up to which lines are counted
	line    int
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth > maxJSONDepth {
		return nil, errors.New("it is nested too deep")
	}
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Line: r.currentLine()}
	switch token := token.(type) {
	case json.Delim:
		return node, r.children(node, token, depth)
	case string:
		node.Tag, node.Value, node.Style = "!!str", token, yaml.DoubleQuotedStyle
	case json.Number:
		node.Tag, node.Value = "!!float", token.String()
		if _, err := token.Int64(); err == nil {
			node.Tag = "!!int"
		}
	case bool:
		node.Tag, node.Value = "!!bool", "false"
		if token {
			node.Value = "true"
		}
	default:
		node.Tag, node.Value = "!!null", "null"
	}
	return node, nil
}

// children reads a list or an object, keys and values in turn, to its end.
func (r *jsonReader) children(node *yaml.Node, opening json.Delim, depth int) error {
	node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	if opening == '{' {
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	}
	for r.decoder.More() {
		child, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		node.Content = append(node.Content, child)
	}
	_, err := r.decoder.Token()
	return err
}

// currentLine is the line on which the token read last ends.
func (r *jsonReader) currentLine() int {
	offset := int(r.decoder.InputOffset())
	r.line += bytes.Count(r.text[r.offset:offset], []byte("\n"))
	r.offset = offset
	return r.line
}
