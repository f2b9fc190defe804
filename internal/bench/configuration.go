package main

import (
	_ "embed"
	"os"
	"regexp"
	"strings"
)

// describedSystem is how a user would describe the Sample Exchange's API, with all
// that the built-in system exports of it.
//
//go:embed described.yml
var describedSystem string

// exporterConfig writes the configuration that the exporter runs on beside the
// simulator's own, which the floor reads, and returns its path.
func (s scenario) exporterConfig(simulated string) (string, error) {
	text, err := os.ReadFile(simulated)
	if err != nil {
		return "", err
	}
	path := simulated + ".exporter"
	return path, os.WriteFile(path, []byte(s.rewritten(string(text))), 0o600) //nolint:gosec // in a directory of our own
}

// rewritten is the simulator's configuration as the scenario wants it.
func (s scenario) rewritten(text string) string {
	if s.described {
		text = describedSystem + strings.ReplaceAll(text, "system: sample_exchange", "system: described_samples")
	}
	if s.listed {
		text = regexp.MustCompile(` {4}jobs:\n( {6}- .*\n)*`).ReplaceAllString(text, "    discovery: true\n")
	}
	// Named sessions spare the requests that find out their names, once for each, bit by
	// bit: every scrape measured is then like the last.
	return regexp.MustCompile(`- \{id: ("[^"]+:[^"]+")\}`).ReplaceAllString(text, "- {id: $1, name: session}")
}
