package config

import "gopkg.in/yaml.v3"

// maxMergeDepth bounds the nesting of merged mappings ("<<").
const maxMergeDepth = 10

// entry is one key of a mapping with its value.
type entry struct {
	key, value *yaml.Node
}

func (e entry) name() string { return e.key.Value }

// entries lists a mapping's own entries and those merged into it by "<<", which
// never win over its own. It refuses keys that stand twice.
func (d *decoder) entries(node *yaml.Node, at place) []entry {
	if node.Kind != yaml.MappingNode {
		d.found.add(node.Line, at, "must be a mapping of keys to values")
		return nil
	}
	own := map[string]int{}
	var all, merged []entry
	for i := 0; i+1 < len(node.Content) && !d.found.full(); i += 2 {
		entry := entry{key: followAlias(node.Content[i]), value: node.Content[i+1]}
		first, twice := own[entry.name()]
		switch {
		case entry.key.Kind != yaml.ScalarNode:
			d.found.add(entry.key.Line, at, "a key must be text")
		case entry.key.ShortTag() == "!!merge":
			merged = append(merged, d.merged(entry.value, at, 0)...)
		case twice:
			d.found.add(entry.key.Line, at, "key%s stands twice, first on line %d: keep one of them", quotedKey(entry), first)
		default:
			own[entry.name()] = entry.key.Line
			all = append(all, entry)
		}
	}
	for _, entry := range merged {
		if _, known := own[entry.name()]; !known {
			own[entry.name()] = entry.key.Line
			all = append(all, entry)
		}
	}
	return all
}

// merged lists the entries of the mapping, or list of mappings, that "<<" names;
// the first of a name wins.
func (d *decoder) merged(node *yaml.Node, at place, depth int) []entry {
	node = followAlias(node)
	if d.exhausted(node) {
		return nil
	}
	d.visits = min(d.visits+len(node.Content)/2, d.maxVisits())
	if depth > maxMergeDepth || (node.Kind != yaml.SequenceNode && node.Kind != yaml.MappingNode) {
		d.found.add(node.Line, at, "\"<<\" must name a mapping, or a list of them, nested at most %d deep", maxMergeDepth)
		return nil
	}
	var all, inner []entry
	if node.Kind == yaml.SequenceNode {
		for _, element := range node.Content {
			all = append(all, d.merged(element, at, depth+1)...)
		}
		return all
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := followAlias(node.Content[i])
		if key.ShortTag() == "!!merge" {
			inner = append(inner, d.merged(node.Content[i+1], at, depth+1)...)
		} else if key.Kind == yaml.ScalarNode {
			all = append(all, entry{key: key, value: node.Content[i+1]})
		}
	}
	return append(all, inner...)
}
