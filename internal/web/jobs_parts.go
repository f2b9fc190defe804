package web

import (
	"math"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// progressBar is a job's progress in whole percent. It is rounded down: 100 %
// is said only of what is complete.
type progressBar struct{ Percent int }

// newProgressBar is nil where the upstream does not tell the progress.
func newProgressBar(job *job.Job) *progressBar {
	if job.Progress == nil || math.IsNaN(*job.Progress) {
		return nil
	}
	ratio := min(max(*job.Progress, 0), 1)
	// The nudge keeps 0.29, which is a little less as a binary number, 29 %.
	return &progressBar{Percent: int(math.Floor(ratio*100 + 1e-9))}
}

// partsOf says in a few words how the parts of a job are doing.
func partsOf(last *job.Job) []string {
	var parts []string
	if words := chunksOf(last.Chunks); words != "" {
		parts = append(parts, words)
	}
	if last.Files != nil {
		parts = append(parts, counted(len(last.Files), "file", "files")+byState(last.Files, func(f job.File) job.State { return f.State }))
	}
	if last.DataCenters != nil {
		parts = append(parts, counted(len(last.DataCenters), "data center", "data centers")+
			byState(last.DataCenters, func(d job.DataCenter) job.State { return d.State }))
	}
	if warnings := warningsOf(last.Preview); warnings > 0 {
		parts = append(parts, counted(warnings, "preview warning", "preview warnings")+" that will fail it")
	}
	return parts
}

func chunksOf(chunks *job.Chunks) string {
	switch {
	case chunks == nil || chunks.Uploaded == nil && chunks.Pending == nil:
		return ""
	case chunks.Pending == nil:
		return number(*chunks.Uploaded) + " chunks uploaded"
	case chunks.Uploaded == nil:
		return number(*chunks.Pending) + " chunks pending"
	default:
		return number(*chunks.Uploaded) + " of " + number(*chunks.Uploaded+*chunks.Pending) + " chunks"
	}
}

// warningsOf is the number of warnings that nobody ignores.
func warningsOf(preview *job.Preview) int {
	if preview == nil {
		return 0
	}
	count := 0
	for _, w := range preview.Warnings {
		if !w.Ignored {
			count++
		}
	}
	return count
}

// byState counts parts in each state, the most urgent first; empty without parts.
func byState[P any](parts []P, stateOf func(P) job.State) string {
	if len(parts) == 0 {
		return ""
	}
	counts := map[string]int{}
	for _, p := range parts {
		counts[string(stateOf(p))]++
	}
	var words []string
	for _, state := range shownStates() {
		if counts[state] > 0 {
			words = append(words, strconv.Itoa(counts[state])+" "+state)
		}
	}
	return ": " + strings.Join(words, ", ")
}

func counted(count int, one, many string) string {
	switch count {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	default:
		return strconv.Itoa(count) + " " + many
	}
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
