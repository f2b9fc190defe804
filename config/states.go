package config

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// states checks and folds the key "states" of a target.
func (p *parser) states(node *yaml.Node, words map[string]string, at place) map[string]string {
	folded := make(map[string]string, len(words))
	for _, word := range slices.Sorted(maps.Keys(words)) {
		line, at := lineOf(node, "states", word), at.child("states")
		key := p.rules.Fold(word)
		switch _, twice := folded[key]; {
		case key == "":
			p.found.add(line, at, "a word must not be blank")
		case twice:
			p.found.add(line, at, "%q stands twice: case and blanks do not count", word)
		case !slices.Contains(p.rules.States, words[word]):
			p.found.add(line, at, "%q: must be mapped to one of %s", word, strings.Join(p.rules.States, ", "))
		}
		folded[key] = words[word]
	}
	return folded
}
