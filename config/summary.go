package config

import (
	"errors"
	"fmt"
	"strings"
)

// Summary describes what was understood of the configuration, one line for each
// target, for --config.check. No line holds a secret.
func (c *Config) Summary() []string {
	summary := make([]string, 0, len(c.Targets))
	for _, target := range c.Targets {
		summary = append(summary, target.summary())
	}
	return summary
}

func (t *Target) summary() string {
	parts := []string{
		fmt.Sprintf("target %q: system %s", t.Name, t.System),
		"url " + redactedURL(t.URL).String(),
		"login " + loginKind(&t.HTTP),
		counted(len(t.Jobs), "job"),
	}
	if len(t.JobFiles) > 0 {
		parts = append(parts, "job files "+strings.Join(t.JobFiles, " "))
	}
	if t.Discovery {
		parts = append(parts, "discovery")
	}
	return strings.Join(parts, ", ")
}

// counted is a number with its noun, which takes an s.
func counted(number int, noun string) string {
	if number == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", number, noun)
}

// CheckJobFiles reads the job files of all targets once. The error joins what is
// wrong with them. That there is no such file yet is a warning only: a pipeline
// may write it later.
func (c *Config) CheckJobFiles() (warnings []string, err error) {
	var errs []error
	for _, target := range c.Targets {
		_, statuses := c.JobFiles(target).Read()
		for _, status := range statuses {
			switch {
			case isMissing(status.Err):
				warnings = append(warnings, fmt.Sprintf("target %q: job file %s is not there yet", target.Name, status.Path))
			case status.Err != nil:
				errs = append(errs, fmt.Errorf("target %q: %w", target.Name, status.Err))
			}
		}
		warnings = append(warnings, target.unmatchedGlobs()...)
	}
	return warnings, errors.Join(errs...)
}

func (t *Target) unmatchedGlobs() []string {
	var warnings []string
	for _, glob := range t.JobFiles {
		if len(pathsOf(glob)) == 0 {
			warnings = append(warnings, fmt.Sprintf("target %q: no job file matches %s yet", t.Name, glob))
		}
	}
	return warnings
}
