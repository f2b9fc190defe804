package config

import (
	"bytes"
	"maps"
	"slices"
	"sync"
)

// What one list of jobs may hold. Who writes a list is trusted less than who
// writes the configuration: a list must not take the memory of the exporter, nor
// multiply its series.
const (
	maxJobListBytes = 4 << 20
	maxListedJobs   = 10_000
	maxJobLabels    = 16
	// maxJobValues bounds the values in the text of a list, as valuesIn counts them:
	// parsed, each takes some 200 bytes.
	maxJobValues = 250_000
	// maxJobVisits is maxVisits for a list of jobs.
	maxJobVisits = 500_000
	// maxLabelNames bounds the names of configured labels in all targets together:
	// each series of each job has them all.
	maxLabelNames = 64
)

// labelNames are the names of the labels that the targets of one configuration
// and their lists of jobs bring in, by where they come from.
type labelNames struct {
	mutex   sync.Mutex
	sources map[string][]string
}

func newLabelNames() *labelNames { return &labelNames{sources: map[string][]string{}} }

// admit notes the names that a source has from now on, in place of those that it
// had. It refuses where there would be too many.
func (l *labelNames) admit(source string, names []string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	all := map[string]struct{}{}
	for other, theirs := range l.sources {
		if other != source {
			addNames(all, theirs)
		}
	}
	others := len(all)
	addNames(all, names)
	if len(all) > maxLabelNames && len(all) > others {
		return false
	}
	l.sources[source] = names
	return true
}

// forget drops the names of a source that is gone.
func (l *labelNames) forget(source string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.sources, source)
}

func addNames(to map[string]struct{}, names []string) {
	for _, name := range names {
		to[name] = struct{}{}
	}
}

// labelNamesOf are the names of the labels of some jobs, sorted.
func labelNamesOf(jobs []Job) []string {
	all := map[string]struct{}{}
	for _, job := range jobs {
		for name := range job.Labels {
			all[name] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// valuesIn estimates, from its punctuation, how many values a text of JSON or YAML
// holds: at least half as many as there are.
func valuesIn(text []byte) int {
	values := 0
	for i, character := range text {
		switch character {
		case ',', '[', '{':
			values++
		case '-', ':', '?':
			if i+1 == len(text) || bytes.IndexByte([]byte(" \t\r\n\"'[{"), text[i+1]) >= 0 {
				values++
			}
		}
	}
	return values
}
