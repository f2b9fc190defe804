package api

import (
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// jobEntry is one job in a list. Its keys are the names of the metrics and
// their labels. What is not known is left out.
type jobEntry struct {
	System  string            `json:"system"`
	Target  string            `json:"target"`
	JobID   string            `json:"job_id"`
	JobName string            `json:"job_name"`
	Kind    string            `json:"kind"`
	Source  string            `json:"source"`
	NamedBy string            `json:"named_by,omitempty"`
	Labels  map[string]string `json:"labels"`
	Link    string            `json:"link,omitempty"`

	// State is the word on the page, Final tells that it will not change.
	State         string `json:"state"`
	UpstreamState string `json:"upstream_state,omitempty"`
	Final         bool   `json:"final"`
	Up            bool   `json:"up"`
	// Exported is false once the job ended longer ago than finished_retention.
	Exported bool `json:"exported"`

	Attention []attentionEntry `json:"attention"`
	Failure   *failureEntry    `json:"query_failure,omitempty"`
	Error     *errorEntry      `json:"error_info,omitempty"`

	ProgressRatio *float64  `json:"progress_ratio,omitempty"`
	EstimatedEnd  time.Time `json:"estimated_end,omitzero"`
	Created       time.Time `json:"created,omitzero"`
	Start         time.Time `json:"start,omitzero"`
	End           time.Time `json:"end,omitzero"`
	LastUpdate    time.Time `json:"last_update,omitzero"`
	LastChange    time.Time `json:"last_change,omitzero"`
	Expiration    time.Time `json:"expiration,omitzero"`
	FirstSeen     time.Time `json:"first_seen,omitzero"`
	LastRead      time.Time `json:"last_read,omitzero"`
	// MaxDuration is in seconds.
	MaxDuration float64 `json:"max_duration_seconds,omitempty"`

	Chunks           *chunksEntry   `json:"chunks,omitempty"`
	Files            map[string]int `json:"files,omitempty"`
	DataCenters      map[string]int `json:"data_centers,omitempty"`
	Parts            map[string]int `json:"parts,omitempty"`
	ResultStatusCode *float64       `json:"result_status_code,omitempty"`
}

type attentionEntry struct {
	Reason string `json:"reason"`
	Words  string `json:"words"`
	Alert  string `json:"alertname"`
}

type failureEntry struct {
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	Time    time.Time `json:"time,omitzero"`
}

type errorEntry struct {
	ErrorID string `json:"error_id"`
	Error   string `json:"error"`
}

type chunksEntry struct {
	Uploaded *float64 `json:"uploaded,omitempty"`
	Pending  *float64 `json:"pending,omitempty"`
}

func newJobEntry(of *shown.Job, now time.Time) jobEntry {
	status := of.JobStatus
	entry := jobEntry{
		System: status.System, Target: status.Target, JobID: job.Label(of.JobStatus.Job.ID), JobName: job.Label(status.Name),
		Kind: status.Job.Kind, Source: string(status.Source), NamedBy: status.Job.NamedBy, Labels: labelsOf(status.Labels), Link: status.Link,
		State: of.State, Exported: !status.Retired,
		Attention:    []attentionEntry{},
		EstimatedEnd: utc(shown.EstimatedEnd(status, now)), LastChange: utc(shown.LastChange(status)),
		FirstSeen: utc(status.FirstSeen), LastRead: utc(status.ReadAt),
	}
	for _, reason := range of.Attention {
		entry.Attention = append(entry.Attention, attentionEntry{string(reason), reason.Words(status, now), reason.Alert()})
	}
	if status.Failure != nil {
		entry.Failure = &failureEntry{string(status.Failure.Reason), job.ErrorText(status.Failure.Message), utc(status.FailedAt)}
	}
	if status.Last != nil {
		entry.addLast(of)
	}
	return entry
}

// addLast adds what the last good read said.
func (e *jobEntry) addLast(of *shown.Job) {
	last := of.Last
	e.UpstreamState = job.Label(last.UpstreamState)
	e.Final = last.State.Final() && of.State == string(last.State)
	e.Up = of.State == string(last.State)
	if ratio, ok := of.Progress(); ok {
		e.ProgressRatio = &ratio
	}
	e.Created, e.Start, e.End = utc(last.Created), utc(last.Started), utc(last.Ended)
	e.LastUpdate, e.Expiration = utc(last.LastUpdate), utc(last.Expiration)
	if !last.State.Final() {
		e.MaxDuration = of.MaxDuration.Seconds()
	}
	if last.Chunks != nil {
		e.Chunks = &chunksEntry{last.Chunks.Uploaded, last.Chunks.Pending}
	}
	e.Files = counts(last.Files, func(f job.File) job.State { return f.State })
	e.DataCenters = counts(last.DataCenters, func(d job.DataCenter) job.State { return d.State })
	e.Parts = counts(last.Parts, func(p job.Part) job.State { return p.State })
	e.ResultStatusCode = last.ResultStatusCode
	if last.State == job.Failed {
		e.Error = &errorEntry{job.ErrorText(last.Error.ID), job.ErrorText(last.Error.Message)}
	}
}

// counts are the numbers of parts by their state; nil where the job has none.
func counts[Part any](parts []Part, stateOf func(Part) job.State) map[string]int {
	if len(parts) == 0 {
		return nil
	}
	numbers := map[string]int{}
	for _, part := range parts {
		numbers[string(stateOf(part))]++
	}
	return numbers
}

func labelsOf(labels map[string]string) map[string]string {
	if labels == nil {
		return map[string]string{}
	}
	return labels
}

// utc is a time as it is written everywhere.
func utc(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }
