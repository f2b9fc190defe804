package page

import (
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// banner is what stands above everything: something that makes the page itself
// say less than it seems to.
type banner struct {
	Words string
	// Details are more lines, for those who want to know.
	Details []string
}

func (h *Handler) banners(targets []collector.TargetStatus, moment shown.Moment) []banner {
	var found []banner
	if at, err := h.exporter.Refusal(); err != nil {
		found = append(found, banner{
			Words:   "The configuration was refused at " + inFull(at) + ". The one before is in force still.",
			Details: linesOf(err),
		})
	}
	if invalid := invalidSources(targets); len(invalid) > 0 {
		found = append(found, banner{
			Words:   counted(len(invalid), "list of jobs is invalid: its last good one is in force.", "lists of jobs are invalid: their last good ones are in force."),
			Details: invalid,
		})
	}
	if words := h.silence(moment); words != "" {
		found = append(found, banner{Words: words})
	}
	return found
}

// silence says that nobody scrapes the exporter.
func (h *Handler) silence(moment shown.Moment) string {
	since := moment.Scrapes.Last
	if since.IsZero() {
		since = h.exporter.Started
	}
	silent := moment.Now.Sub(since)
	switch {
	case silent < shown.Forgotten:
		return ""
	case moment.Scrapes.Last.IsZero() && h.exporter.ReadAll != nil:
		return "Nobody has scraped the exporter since it started " + shown.Span(silent) + " ago: this page reads the jobs itself."
	case moment.Scrapes.Last.IsZero():
		return "Nobody has scraped the exporter since it started " + shown.Span(silent) + " ago."
	default:
		return "Nobody has scraped the exporter for " + shown.Span(silent) + ": what stands here is as old as that."
	}
}

// mostDetails keeps a broken file from filling the page.
const mostDetails = 10

func invalidSources(targets []collector.TargetStatus) []string {
	var lines []string
	for i := range targets {
		for _, source := range targets[i].JobSources {
			if source.Err != nil && len(lines) < mostDetails {
				lines = append(lines, job.ErrorText(source.Err.Error()))
			}
		}
	}
	return lines
}

// linesOf are the lines of an error, fit to be shown.
func linesOf(err error) []string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = job.ErrorText(line); line != "" && len(lines) < mostDetails {
			lines = append(lines, line)
		}
	}
	return lines
}
