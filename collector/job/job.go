// Package job is the job that all systems share, with its states, the reasons
// why it cannot be read, and what makes texts of others fit to be shown. It
// imports nothing of ours.
package job

import (
	"slices"
	"time"
)

// Job is what one read of an upstream said about one job, in the words that
// all systems share. A nil pointer, a zero time and a nil slice mean that the
// upstream did not say it. A Job is never changed once its reader returned it.
type Job struct {
	// Name is what the upstream calls the thing that the job works on, such as
	// a library item or a file; empty where it has no word for it.
	Name  string
	State State
	// UpstreamState is the upstream's own word for the state.
	UpstreamState string

	// NameAskedAt is when Name was last asked for, where that takes a request of its own.
	NameAskedAt time.Time

	// Progress is a ratio; decoders need not keep it within 0 to 1.
	Progress *float64

	Created    time.Time
	Started    time.Time
	Ended      time.Time
	LastUpdate time.Time
	// Expiration is the time before which the upstream will not drop the job.
	Expiration time.Time

	Chunks *Chunks
	// Files of a session; empty, not nil, for a session without files.
	Files []File
	// DataCenters that an image is copied to; empty, not nil, where there are none yet.
	DataCenters []DataCenter
	Preview     *Preview
	// Parts are steps, stages or tasks; empty, not nil, for a job that has none yet.
	Parts []Part

	// ResultStatusCode is the HTTP status of the request that the job carried out.
	ResultStatusCode *float64

	// Error says why a job failed; it is exported only for failed jobs.
	Error Error

	// Info holds the values of the labels of the system's own info metric, in
	// the order of its InfoMetric; nil: not known.
	Info []string

	// Validators let the next read ask whether anything changed.
	Validators Validators
}

// Error is the upstream's reason for a failure.
type Error struct {
	// ID is the upstream's id or code of the error; empty where it has none.
	ID string
	// Message is free text of the upstream's, of any length and content.
	Message string
}

// Chunks are counts of the chunks that an image was cut into for its upload.
type Chunks struct {
	Uploaded *float64
	Pending  *float64
}

// File is one file of a session.
type File struct {
	Name       string
	SourceType string
	State      State
	// TransferredBytes and SizeBytes are absent where the upstream is silent.
	TransferredBytes *float64
	SizeBytes        *float64
}

// DataCenter is the copy of an image in one data centre.
type DataCenter struct {
	Name       string
	Region     string
	Replica    *bool
	State      State
	Progress   *float64
	LastUpdate time.Time
}

// Preview is what the upstream found in the files so far.
type Preview struct {
	State       string
	Warnings    []PreviewWarning
	Certificate *PreviewCertificate
}

// PreviewWarning is one warning about the files. One that is not ignored will
// fail the session when it is completed.
type PreviewWarning struct {
	Type    string
	Ignored bool
}

// PreviewCertificate is the certificate that the files are signed with.
type PreviewCertificate struct {
	Issuer     string
	Subject    string
	SelfSigned *bool
	// Expiration is from the certificate itself; zero where it could not be parsed.
	Expiration time.Time
}

// HasUnknownWord reports whether the job, or a part of it, came with a word for
// its state that is in no table.
func (j *Job) HasUnknownWord() bool {
	return j.State == Unknown ||
		slices.ContainsFunc(j.Files, func(f File) bool { return f.State == Unknown }) ||
		slices.ContainsFunc(j.DataCenters, func(d DataCenter) bool { return d.State == Unknown }) ||
		slices.ContainsFunc(j.Parts, func(p Part) bool { return p.State == Unknown })
}

// Vanished is what is left of a job that the upstream does not know any more:
// what was fixed when it was still there. Anything that was measured is not
// true any longer. last may be nil.
func Vanished(last *Job, state State) *Job {
	if last == nil {
		return &Job{State: state}
	}
	return &Job{
		Name:       last.Name,
		State:      state,
		Created:    last.Created,
		Started:    last.Started,
		Expiration: last.Expiration,
		Info:       last.Info,
	}
}
