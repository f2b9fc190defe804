package config

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Summary describes what was understood of the configuration, one line for each
// target, and what its systems note, for --config.check. No line holds a secret.
func (c *Config) Summary() []string {
	summary := make([]string, 0, len(c.Targets))
	used := map[string]bool{}
	for _, target := range c.Targets {
		summary = append(summary, target.summary())
		used[target.System] = true
	}
	for _, section := range c.described {
		used[section.Name] = true
	}
	for _, system := range c.Systems {
		if noter, ok := system.(Noter); ok && used[system.Name()] {
			for _, note := range noter.Notes() {
				summary = append(summary, fmt.Sprintf("system %q: %s", system.Name(), note))
			}
		}
	}
	return summary
}

// Noter is a System that has something to say to who configures it.
type Noter interface {
	// Notes are one line each, for --config.check.
	Notes() []string
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
	for _, list := range t.JobURLs {
		parts = append(parts, "job url "+publicURL(list.URL))
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
		files := c.JobSources(target, slog.New(slog.DiscardHandler)).files
		files.look(func(string) {})
		merger := newJobMerger(target, c.labels)
		for _, status := range merger.merge(files.sources(), nil).Statuses {
			fault, noDirectory := errors.AsType[*globError](status.Err)
			switch {
			case noDirectory && isMissing(fault):
				warnings = append(warnings, fmt.Sprintf("target %q: job files %s: %s", target.Name, status.Path, fault))
			case isMissing(status.Err):
				warnings = append(warnings, fmt.Sprintf("target %q: job file %s is not there yet", target.Name, status.Path))
			case status.Err != nil:
				errs = append(errs, fmt.Errorf("target %q: %w", target.Name, status.Err))
			}
		}
		for _, glob := range files.unmatched {
			warnings = append(warnings, fmt.Sprintf("target %q: no job file matches %s yet", target.Name, cleanName(glob)))
		}
	}
	return warnings, errors.Join(errs...)
}

// CheckJobURLs asks each URL of "job_urls" once, and tells in a line what it has.
// The error joins what is wrong.
func (c *Config) CheckJobURLs(ctx context.Context) (found []string, err error) {
	var errs []error
	for _, target := range c.Targets {
		for _, poller := range c.JobSources(target, slog.New(slog.DiscardHandler)).urls {
			poller.poll(ctx)
			source := poller.source()
			if source.err != nil {
				errs = append(errs, fmt.Errorf("target %q: %w", target.Name, source.err))
				continue
			}
			found = append(found, fmt.Sprintf("target %q: job url %s: %s", target.Name, source.name, counted(len(source.jobs), "job")))
		}
	}
	return found, errors.Join(errs...)
}
