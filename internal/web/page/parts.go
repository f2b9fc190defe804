package page

import (
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// partsOf says in a few words how the parts of a job are doing.
func partsOf(of *job.Job) []string {
	var parts []string
	if words := chunksOf(of.Chunks); words != "" {
		parts = append(parts, words)
	}
	if of.Files != nil {
		parts = append(parts, counted(len(of.Files), "file", "files")+byState(of.Files, func(f job.File) job.State { return f.State }))
	}
	if of.DataCenters != nil {
		parts = append(parts, counted(len(of.DataCenters), "data center", "data centers")+
			byState(of.DataCenters, func(d job.DataCenter) job.State { return d.State }))
	}
	if of.Parts != nil {
		parts = append(parts, counted(len(of.Parts), "part", "parts")+byState(of.Parts, func(p job.Part) job.State { return p.State }))
	}
	return parts
}

func chunksOf(chunks *job.Chunks) string {
	switch {
	case chunks == nil || chunks.Uploaded == nil && chunks.Pending == nil:
		return ""
	case chunks.Pending == nil:
		return shown.Number(*chunks.Uploaded) + " chunks uploaded"
	case chunks.Uploaded == nil:
		return shown.Number(*chunks.Pending) + " chunks pending"
	default:
		return shown.Number(*chunks.Uploaded) + " of " + shown.Number(*chunks.Uploaded+*chunks.Pending) + " chunks"
	}
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
	for _, state := range shown.States() {
		if counts[state] > 0 {
			words = append(words, strconv.Itoa(counts[state])+" "+state)
		}
	}
	return " (" + strings.Join(words, ", ") + ")"
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

func sourceWords(source collector.Source) string {
	switch source {
	case collector.SourceConfig:
		return "configured"
	case collector.SourceFile:
		return "from a job file"
	case collector.SourceURL:
		return "from a URL"
	case collector.SourceDiscovery:
		return "discovered"
	case collector.SourceProbe:
		return "known from /probe only"
	default:
		return string(source)
	}
}
