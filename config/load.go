package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"gopkg.in/yaml.v3"
)

// maxFileBytes bounds the configuration file and each job file.
const maxFileBytes = 64 << 20

// Load reads, completes and validates a configuration file. Relative file names
// in it are relative to its own directory. The error holds one line for each
// problem found, and no secret.
func Load(path string, rules Rules) (*Config, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(text, path, rules)
}

// Parse is Load for a text that is in memory already. The path stands in
// messages, and its directory is where relative file names begin.
func Parse(text []byte, path string, rules Rules) (*Config, error) {
	return parse(text, path, rules, false)
}

// parse is Parse. A trial needs no targets.
func parse(text []byte, path string, rules Rules, trial bool) (*Config, error) {
	found := &problems{file: path}
	parser := &parser{
		rules:     rules,
		systems:   rules.Systems,
		trial:     trial,
		directory: filepath.Dir(path),
		found:     found,
		decoder:   &decoder{found: found},
		warnings:  &problems{file: path},
	}
	parser.decoder.places = sync.OnceValue(func() map[string][]string { return parser.systems.keyPlaces() })
	targets := parser.file(yamlDocument(WithoutMark(text), found))
	labels := parser.labelNames(targets)
	if err := found.err(); err != nil {
		return nil, err
	}
	return &Config{
		Path:        path,
		Targets:     targets,
		defaults:    parser.defaults,
		Systems:     parser.systems,
		Warnings:    parser.warningLines(),
		rules:       parser.rules,
		labels:      labels,
		described:   parser.described,
		systemFiles: parser.systemFiles,
	}, nil
}

// parser turns one configuration file into targets, noting problems.
type parser struct {
	rules   Rules
	systems Systems
	// optionOwners are the systems that a key of a target belongs to.
	optionOwners map[string][]string
	// described are the sections that describe systems, and systemFiles the
	// globs of the files that some of them stand in.
	described   []*Section
	systemFiles []string
	// sectionNames are the names of all sections, also of those that are wrong.
	sectionNames []string
	defaults     settingsKeys
	// trial tells that there may be no target.
	trial     bool
	directory string
	found     *problems
	decoder   *decoder
	warnings  *problems
}

func (p *parser) file(document *yaml.Node) []*Target {
	if document == nil {
		if len(p.found.list) == 0 && !p.trial {
			p.found.add(0, place{}, "is empty: the key \"targets\" must list at least one target, such as [{name: samples, system: sample_exchange}]")
		}
		if p.trial {
			p.describe(&yaml.Node{}, fileKeys{})
		}
		return nil
	}
	var keys fileKeys
	p.decoder.decode(document, &keys, place{})
	p.describe(document, keys)
	p.reserveLabels(keys.Targets)
	p.checkSettings(document, "defaults", keys.Defaults, place{key: "defaults"})
	p.defaults = keys.Defaults
	if len(keys.Targets) == 0 && len(p.found.list) == 0 && !p.trial {
		p.found.add(lineOf(document, "targets"), place{}, "the key \"targets\" must list at least one target, such as [{name: samples, system: sample_exchange}]")
	}
	names := map[string]int{}
	var targets []*Target
	for i := range keys.Targets {
		if keys.Targets[i].Kind == 0 { // null
			keys.Targets[i].Line = lineOf(document, "targets")
		}
		targets = append(targets, p.target(i, &keys.Targets[i], keys.Defaults, names))
	}
	return targets
}

func (p *parser) warningLines() []string {
	if err := p.warnings.err(); err != nil {
		return lines(err)
	}
	return nil
}

// readFile reads a whole file that is not absurdly large.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("reading the configuration: %s is larger than %s", path, byteSize(maxFileBytes))
	}
	return text, nil
}
