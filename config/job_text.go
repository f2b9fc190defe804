package config

import (
	"path/filepath"
	"strings"
	"sync"
)

// isJSONName tells whether a file is named as JSON.
func isJSONName(path string) bool { return strings.EqualFold(filepath.Ext(path), ".json") }

// parseJobs reads the list of jobs in a text of JSON or YAML. An empty text is
// an empty list. The source stands in messages.
func parseJobs(text []byte, source string, isJSON bool, list jobReader) ([]Job, error) {
	found := &problems{file: cleanName(source)}
	list.found = found
	list.decoder = &decoder{found: found, limit: maxJobVisits, places: sync.OnceValue(list.systems.keyPlaces)}
	parse := yamlDocument
	if isJSON {
		parse = jsonDocument
	}
	if values := valuesIn(text); values > maxJobValues {
		found.add(0, place{}, "holds about %d values: a list of jobs may hold at most %d", values, maxJobValues)
		return nil, found.err()
	}
	var jobs []Job
	if document := parse(WithoutMark(text), found); document != nil {
		jobs = list.readListed(document)
	}
	if err := found.err(); err != nil {
		return nil, err
	}
	return jobs, nil
}
