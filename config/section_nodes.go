package config

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// laidOver is a mapping with the values of another one laid over it.
func laidOver(base, over *yaml.Node, whole []string) *yaml.Node {
	result := *base
	result.Content = slices.Clone(base.Content)
	result.Line = over.Line
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, value := over.Content[i], over.Content[i+1]
		at := indexOfKey(&result, key.Value)
		switch {
		case at < 0:
			result.Content = append(result.Content, key, value)
		case bothMappings(result.Content[at+1], value) && !slices.Contains(whole, key.Value):
			result.Content[at], result.Content[at+1] = key, laidOver(result.Content[at+1], followAlias(value), whole)
		default:
			result.Content[at], result.Content[at+1] = key, value
		}
	}
	return &result
}

func bothMappings(a, b *yaml.Node) bool {
	return a.Kind == yaml.MappingNode && followAlias(b).Kind == yaml.MappingNode
}

// indexOfKey is where a key stands in a mapping's content; below 0: nowhere.
func indexOfKey(node *yaml.Node, name string) int {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return i
		}
	}
	return -1
}

// movedTo is a deep copy of a node whose lines are all one: that of the key which
// brought it into another file.
func movedTo(line int, node *yaml.Node) *yaml.Node {
	moved := *followAlias(node)
	moved.Line, moved.Anchor = line, ""
	moved.Content = make([]*yaml.Node, len(moved.Content))
	for i, child := range followAlias(node).Content {
		moved.Content[i] = movedTo(line, child)
	}
	return &moved
}

// resolved is a deep copy of a node in which each alias is the value it stands for.
func resolved(node *yaml.Node) *yaml.Node { return movedTo(0, node) }

// sizeOf counts the values in a node, aliases followed, no further than one more
// than a limit: an anchor may hold itself.
func sizeOf(node *yaml.Node, limit int) int {
	size := 1
	for _, child := range followAlias(node).Content {
		if size > limit {
			break
		}
		size += sizeOf(child, limit-size)
	}
	return size
}

// hiddenBelow is a deep copy of a node in which the texts below a path of keys
// are hidden.
func hiddenBelow(node *yaml.Node, key []string) *yaml.Node {
	shown := *followAlias(node)
	shown.Content = slices.Clone(shown.Content)
	switch {
	case len(key) > 0:
		if at := indexOfKey(&shown, key[0]); at >= 0 {
			shown.Content[at+1] = hiddenBelow(shown.Content[at+1], key[1:])
		}
	case shown.Kind == yaml.ScalarNode:
		shown = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: hidden}
	case shown.Kind == yaml.SequenceNode:
		for i, item := range shown.Content {
			shown.Content[i] = hiddenBelow(item, nil)
		}
	case shown.Kind == yaml.MappingNode:
		for i := 1; i < len(shown.Content); i += 2 {
			shown.Content[i] = hiddenBelow(shown.Content[i], nil)
		}
	}
	return &shown
}
