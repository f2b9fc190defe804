package config

import (
	"maps"
	"slices"
	"strconv"
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
			p.found.wrong(line, at.child(word), words[word], "must be one of %s%s", strings.Join(p.rules.States, ", "), p.nearestState(word, words[word]))
		}
		folded[key] = words[word]
	}
	return folded
}

// nearestState is advice for a word that is none of our states.
func (p *parser) nearestState(word, state string) string {
	if slices.Contains(p.rules.States, strings.ToLower(word)) {
		return ": the upstream's word stands first, ours behind it"
	}
	if ours := commonWords()[strings.ToLower(state)]; slices.Contains(p.rules.States, ours) {
		return ", did you mean " + strconv.Quote(ours) + "?"
	}
	if state == "expired" || state == "gone" {
		return ": the exporter itself concludes expired and gone"
	}
	return nearestChoice(state, p.rules.States)
}

// commonWords are what others call the states.
func commonWords() map[string]string {
	words := map[string]string{}
	for state, others := range map[string]string{
		"pending":   "queued waiting new created scheduled",
		"running":   "active started processing in_progress working",
		"succeeded": "success successful ok done complete completed finished passed",
		"failed":    "fail failure error errored broken rejected",
		"canceled":  "cancelled cancel aborted stopped deleted",
	} {
		for word := range strings.FieldsSeq(others) {
			words[word] = state
		}
	}
	return words
}
