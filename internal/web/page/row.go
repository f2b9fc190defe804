package page

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// row is one job in the list. All its text is escaped by the template.
type row struct {
	State string
	Name  string
	// Page is the job's own page, Link its place in its own system.
	Page string
	Link string
	// Hover is what the name alone does not say.
	Hover string
	// Why are the words for what needs somebody, or is odd; with the reason
	// before them where the state does not say it.
	Why []why
	// Urgent tells that the job needs somebody.
	Urgent bool

	Target string
	System string

	Progress *bar
	Left     instant
	Parts    string

	Age         instant
	AgeOf       string
	Changed     instant
	Expires     instant
	ExpiresSoon bool
	Labels      []labelLink
	// MoreLabels are those that the row has no room for.
	MoreLabels []string
}

type why struct {
	Reason string
	Words  string
}

// labelLink narrows the list to the jobs with a label.
type labelLink struct {
	Text string
	Link string
}

// bar is a job's progress in whole percent. It is rounded down: 100 % is said
// only of what is complete.
type bar struct{ Percent int }

func newRow(of *shown.Job, asked request, now time.Time) row {
	status := of.JobStatus
	r := row{
		State: of.State, Name: job.Label(of.Name), Page: jobLink(status), Link: of.Link,
		Target: of.Target, System: of.System, Why: whyOf(of, now), Urgent: len(of.Attention) > 0,
		Progress: barOf(of),
		Left:     leftOf(of, now),
		Changed:  since("Last change at", shown.LastChange(status), now),
	}
	r.Hover = strings.Join([]string{job.Label(of.JobStatus.Job.ID), of.JobStatus.Job.Kind, sourceWords(status.Source)}, ", ")
	if of.Last != nil {
		r.Parts = strings.Join(partsOf(of.Last), ", ")
	}
	began, what := shown.Began(status)
	r.Age, r.AgeOf = since("Since "+what+" at", began, now), what
	if at := of.Expires(); !at.IsZero() {
		r.Expires = until("Expires at", "Expired at", at, now)
		r.ExpiresSoon = shown.ExpiresSoon(status, now)
	}
	labels := labelsOf(of.Labels)
	for _, label := range labels[:min(len(labels), labelsInRow)] {
		r.Labels = append(r.Labels, labelLink{job.Label(label), asked.withLabel(label).link()})
	}
	r.MoreLabels = labels[len(r.Labels):]
	return r
}

// labelsInRow is how many labels a row has room for.
const labelsInRow = 3

// labelsOf are the labels of a job as NAME=VALUE, sorted.
func labelsOf(labels map[string]string) []string {
	texts := make([]string, 0, len(labels))
	for name, value := range labels {
		texts = append(texts, name+"="+value)
	}
	slices.Sort(texts)
	return texts
}

// whyOf says what needs somebody, most urgent first, or what else the state's
// word does not say.
func whyOf(of *shown.Job, now time.Time) []why {
	var found []why
	for _, reason := range of.Attention {
		one := why{Reason: string(reason), Words: reason.Words(of.JobStatus, now)}
		if one.Reason == of.State || reason == shown.UnknownState {
			one.Reason = ""
		}
		if reason == shown.CannotBeRead && of.Last != nil {
			one.Words += " (was " + string(of.Last.State) + ")"
		}
		found = append(found, one)
	}
	switch {
	case of.State == shown.Elsewhere:
		found = append(found, why{Words: "no scrape of this exporter asks for it: another exporter reads it"})
	case of.State == shown.Unread:
		found = append(found, why{Words: "not read yet"})
	case of.Retired:
		found = append(found, why{Words: "ended too long ago to be exported"})
	}
	return found
}

func barOf(of *shown.Job) *bar {
	ratio, ok := of.Progress()
	if !ok {
		return nil
	}
	// The nudge keeps 0.29, which is a little less as a binary number, 29 %.
	return &bar{Percent: int(math.Floor(ratio*100 + 1e-9))}
}

// leftOf is how long a job will still take at its pace.
func leftOf(of *shown.Job, now time.Time) instant {
	end := shown.EstimatedEnd(of.JobStatus, now)
	return newInstant("≈ "+shown.Rough(end.Sub(now)), "At its pace so far the job will end at", end)
}
