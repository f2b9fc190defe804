package main

import (
	"strconv"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// state is how the boards show one state of a job, the same everywhere.
type state struct {
	word  string
	color string
}

// states are in the order of asyncjob:job_state, whose value is the index: of
// two exporters that differ for a moment, the greater one counts.
func states() []state {
	return []state{
		{"gone", "#7b8087"},
		{"pending", "purple"},
		{"running", "blue"},
		{"unknown", "yellow"},
		{"succeeded", "green"},
		{"canceled", "#a3a8b0"},
		{"expired", "orange"},
		{"failed", "red"},
		{"unavailable", "dark-orange"},
	}
}

// stateNumber is the value of asyncjob:job_state for a state.
func stateNumber(word string) int {
	for number, s := range states() {
		if s.word == word {
			return number
		}
	}
	panic("no such state: " + word)
}

// colorOf is a state's colour.
func colorOf(word string) string { return states()[stateNumber(word)].color }

// stateMapping shows a state by word and colour, whether a query gives the
// number or the word.
func stateMapping() dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult)
	for number, s := range states() {
		options[strconv.Itoa(number)] = shown(s.word, s.color, number)
		options[s.word] = shown(s.word, s.color, len(states())+number)
	}
	// The rules' word for it.
	options["unread"] = shown("unavailable", colorOf("unavailable"), 2*len(states()))
	return valueMapping(options)
}

// shown is what a value is shown as.
func shown(text, color string, index int) dashboard.ValueMappingResult {
	position := int32(index) //nolint:gosec // there are some dozens
	return dashboard.ValueMappingResult{Text: &text, Color: &color, Index: &position}
}

func valueMapping(options map[string]dashboard.ValueMappingResult) dashboard.ValueMapping {
	return dashboard.ValueMapping{ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}}
}

// nothingMapping is the text for no value at all, in tiles.
func nothingMapping(text string) dashboard.ValueMapping {
	return specialMapping(dashboard.SpecialValueMatchNullAndNan, text)
}

// emptyMapping shows an empty text as one that nobody told.
func emptyMapping() dashboard.ValueMapping {
	return specialMapping(dashboard.SpecialValueMatchEmpty, "–")
}

func specialMapping(match dashboard.SpecialValueMatch, text string) dashboard.ValueMapping {
	return dashboard.ValueMapping{SpecialValueMap: &dashboard.SpecialValueMap{
		Type:    dashboard.MappingTypeSpecialValue,
		Options: dashboard.DashboardSpecialValueMapOptions{Match: match, Result: shown(text, "text", 99)},
	}}
}

// dashMapping shows a value as one that nobody told.
func dashMapping(value string) dashboard.ValueMapping {
	return valueMapping(map[string]dashboard.ValueMappingResult{value: shown("–", "text", 0)})
}
