package web

import (
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

const (
	// longestName is how many characters of a name or an id are shown: as many
	// as metrics have.
	longestName = 128
	// expiresSoon is when the alert AsyncJobExpiringSoon is raised.
	expiresSoon = 2 * time.Minute
)

// jobRow is one job as the page shows it. All its text is escaped by the template.
type jobRow struct {
	State string
	// StateNote says more of the state, where the word alone does not do.
	StateNote string

	Name string
	// ID is empty where it is the name.
	ID     string
	Kind   string
	Source string
	Target string
	System string

	// Error is the upstream's reason for a failed job, Note the exporter's own remark.
	Error string
	Note  string

	Progress *progressBar
	Parts    []string

	Age instant
	// AgeOf says what the age is counted from.
	AgeOf string
	Ended instant

	Expires     instant
	ExpiresSoon bool

	// Read has no words for a job that was never read.
	Read instant
	// Failed is the last read that failed, with why; Recovered tells that
	// reading has worked since.
	Failed        instant
	FailedReason  string
	FailedMessage string
	Recovered     bool

	// Probe is the address that reads the job now and shows each request.
	Probe string
}

func newJobRow(status *collector.JobStatus, state string, now time.Time) jobRow {
	row := jobRow{
		State:     state,
		StateNote: stateNote(status, state),
		Name:      shortened(status.Job.DisplayName()),
		Kind:      status.Job.Kind,
		Source:    sourceWords(status.Source),
		Target:    status.Target,
		System:    status.System,
		Probe:     probeLink(status),
	}
	if status.Job.DisplayName() != status.Job.ID {
		row.ID = shortened(status.Job.ID)
	}
	row.addFailure(status, now)
	row.addLast(status, now)
	return row
}

// stateNote is what the last good read knew of a job that cannot be read now,
// or the upstream's word that nobody understands.
func stateNote(status *collector.JobStatus, state string) string {
	switch {
	case status.Last == nil:
		return ""
	case state == stateUnavailable:
		return "was " + string(status.Last.State)
	case state == string(job.Unknown):
		return "upstream says “" + shortened(status.Last.UpstreamState) + "”"
	default:
		return ""
	}
}

func sourceWords(source collector.Source) string {
	switch source {
	case collector.SourceConfig:
		return "configured"
	case collector.SourceFile:
		return "from a job file"
	case collector.SourceDiscovery:
		return "discovered"
	case collector.SourceProbe:
		return "known from /probe only"
	default:
		return string(source)
	}
}

// addFailure adds the last failed read, even where reading works again.
func (r *jobRow) addFailure(status *collector.JobStatus, now time.Time) {
	r.Failed = ago("Failed to read at", status.FailedAt, now)
	r.Recovered = status.Failure == nil
	if status.LastFailure == nil {
		return
	}
	r.FailedReason = string(status.LastFailure.Reason)
	r.FailedMessage = job.ErrorText(status.LastFailure.Message)
}

// addLast adds what the last good read said.
func (r *jobRow) addLast(status *collector.JobStatus, now time.Time) {
	last := status.Last
	switch {
	case last == nil:
		return
	case neverFound(status):
		r.Note = "The upstream knows no job of this id: check it for a typo."
		return
	}
	r.Read = ago("Read at", status.ReadAt, now)
	r.Progress = newProgressBar(last)
	r.Parts = partsOf(last)
	r.addAge(last, status.FirstSeen, now)
	r.addExpiration(last, now)
	if last.State == job.Failed {
		r.Error = errorOf(last)
	}
}

func (r *jobRow) addAge(job *job.Job, firstSeen, now time.Time) {
	switch {
	case !job.Started.IsZero():
		r.Age, r.AgeOf = since("Started at", job.Started, now), "since start"
	case !job.Created.IsZero():
		r.Age, r.AgeOf = since("Created at", job.Created, now), "since creation"
	case !firstSeen.IsZero():
		r.Age, r.AgeOf = since("First seen by the exporter at", firstSeen, now), "since first seen"
	}
	r.Ended = ago("Ended at", job.Ended, now)
}

// addExpiration counts down to the expiration, unless the job is done: then it
// does not matter any more.
func (r *jobRow) addExpiration(last *job.Job, now time.Time) {
	if last.Expiration.IsZero() || last.State.Final() && last.State != job.Expired {
		return
	}
	left := last.Expiration.Sub(now)
	if left > 0 {
		r.Expires = newInstant("in "+span(left), "Expires at", last.Expiration)
	} else {
		r.Expires = newInstant(span(-left)+" ago", "Expired at", last.Expiration)
	}
	r.ExpiresSoon = !last.State.Final() && left < expiresSoon
}

// errorOf is the upstream's reason for a failure, fit to be shown.
func errorOf(last *job.Job) string {
	var parts []string
	for _, text := range []string{last.Error.ID, last.Error.Message} {
		if text = job.ErrorText(text); text != "" {
			parts = append(parts, text)
		}
	}
	if last.ResultStatusCode != nil {
		parts = append(parts, "result status "+number(*last.ResultStatusCode))
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ": ")
	case last.UpstreamState != "":
		return "The upstream says only “" + shortened(last.UpstreamState) + "”."
	default:
		return "The upstream gave no reason."
	}
}

// probeLink is the address of the job's own probe, relative as all links of
// the page are.
func probeLink(status *collector.JobStatus) string {
	query := url.Values{"target": {status.Target}, "job_id": {status.Job.ID}, "debug": {"true"}}
	for name, value := range map[string]string{"kind": status.Job.Kind, "type": status.Job.Type, "path": status.Job.Path} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return "probe?" + query.Encode()
}

// shortened makes a name fit to be shown in one piece, and says by an ellipsis
// that something is missing.
func shortened(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	characters := []rune(text)
	if len(characters) <= longestName {
		return text
	}
	return string(characters[:longestName]) + "…"
}
