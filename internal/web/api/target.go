package api

import (
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// targetEntry is one target. What is not known is left out.
type targetEntry struct {
	System string            `json:"system"`
	Target string            `json:"target"`
	URL    string            `json:"url"`
	Labels map[string]string `json:"labels"`
	// Up is left out where nobody has scraped the target yet.
	Up          *bool         `json:"up,omitempty"`
	Failure     *failureEntry `json:"failure,omitempty"`
	LastRead    time.Time     `json:"last_read,omitzero"`
	Duration    *float64      `json:"scrape_duration_seconds,omitempty"`
	PausedUntil time.Time     `json:"paused_until,omitzero"`
	Discovery   bool          `json:"discovery"`
	LastList    time.Time     `json:"last_list,omitzero"`
	ListFailure *failureEntry `json:"list_failure,omitempty"`
	Login       *loginEntry   `json:"login,omitempty"`
	// Jobs are the numbers of known jobs by source.
	Jobs       map[string]int `json:"jobs"`
	JobSources []sourceEntry  `json:"job_sources"`
}

type loginEntry struct {
	State   string        `json:"state"`
	Since   time.Time     `json:"since,omitzero"`
	Until   time.Time     `json:"until,omitzero"`
	Failure *failureEntry `json:"failure,omitempty"`
	// Shared are the other targets that use the account.
	Shared []string `json:"shared_with,omitempty"`
}

type sourceEntry struct {
	Path  string `json:"path"`
	Valid bool   `json:"valid"`
	Error string `json:"error,omitempty"`
}

func newTargetEntry(target *collector.TargetStatus) targetEntry {
	entry := targetEntry{
		System: target.System, Target: target.Name, URL: target.URL, Labels: labelsOf(target.Labels),
		LastRead: utc(target.LastRead), PausedUntil: utc(target.PausedUntil), Discovery: target.Discovery, LastList: utc(target.LastList),
		Failure: failureOf(target.Failure), ListFailure: failureOf(target.ListFailure),
		Jobs: map[string]int{}, JobSources: []sourceEntry{},
	}
	if !target.LastRead.IsZero() {
		seconds := target.Duration.Seconds()
		entry.Up, entry.Duration = &target.Up, &seconds
	}
	if login := target.Login; login.State != "" {
		entry.Login = &loginEntry{string(login.State), utc(login.Since), utc(login.Until), failureOf(login.Failure), login.Shared}
	}
	for i := range target.Jobs {
		entry.Jobs[string(target.Jobs[i].Source)]++
	}
	for _, source := range target.JobSources {
		one := sourceEntry{Path: source.Path, Valid: source.Err == nil}
		if source.Err != nil {
			one.Error = job.ErrorText(source.Err.Error())
		}
		entry.JobSources = append(entry.JobSources, one)
	}
	return entry
}

func failureOf(failure *upstream.Failure) *failureEntry {
	if failure == nil {
		return nil
	}
	return &failureEntry{Reason: string(failure.Reason), Message: job.ErrorText(failure.Message)}
}
