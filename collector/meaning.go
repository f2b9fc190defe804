package collector

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// meaning is all that decides what an upstream's words mean. What was decoded
// under one meaning is not used under another: neither as a finished job that
// need not be read, nor as what a 304 confirms.
type meaning string

func meaningOf(s system.System, settings *config.Target) meaning {
	var all strings.Builder
	all.WriteString(s.Definition())
	for _, word := range slices.Sorted(maps.Keys(settings.States)) {
		all.WriteString(strconv.Quote(word) + "=" + settings.States[word] + " ")
	}
	return meaning(all.String())
}
