package config

import (
	"bytes"
	"errors"
	"io"

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
		addSyntaxProblem(text, err, found)
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

// lookUp finds a key that stands in a mapping, or in one that is merged into it.
func lookUp(node *yaml.Node, name string) (key, value *yaml.Node) {
	node = followAlias(node)
	if key, value = ownKey(node, name); key != nil {
		return key, value
	}
	_, merged := ownKey(node, "<<")
	if merged == nil {
		return nil, nil
	}
	merged = followAlias(merged)
	if merged.Kind == yaml.MappingNode {
		return ownKey(merged, name)
	}
	for _, mapping := range merged.Content {
		if key, value = ownKey(followAlias(mapping), name); key != nil {
			return key, value
		}
	}
	return nil, nil
}

// ownKey finds a key that stands directly in a mapping.
func ownKey(node *yaml.Node, name string) (key, value *yaml.Node) {
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
