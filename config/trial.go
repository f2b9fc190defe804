package config

import (
	"errors"
	"fmt"
	"io/fs"
)

// Trial finds what a saved reply of a system is tried with: the first target of
// it in a configuration file, else one of the file's defaults alone. The file
// needs no targets, and mayBeMissing tells that there need be no such file.
func Trial(path string, mayBeMissing bool, system string, rules Rules) (*Target, System, error) {
	text, err := readFile(path)
	if err != nil && (!mayBeMissing || !errors.Is(err, fs.ErrNotExist)) {
		return nil, nil, err
	}
	tried, err := parse(text, path, rules, true)
	if err != nil {
		return nil, nil, err
	}
	found := tried.Systems.Find(system)
	if found == nil {
		names := tried.Systems.namesOf(func(System) bool { return true })
		return nil, nil, fmt.Errorf("no system is called %q%s", system, nearest(system, names))
	}
	for _, target := range tried.Targets {
		if target.System == system {
			return target, found, nil
		}
	}
	return &Target{Name: "try", System: system, Settings: defaultsOf(found, tried.defaults), Options: found.Options()}, found, nil
}
