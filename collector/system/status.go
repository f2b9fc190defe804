package system

import (
	"context"
	"fmt"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// Status is a job's status where that is a single resource.
type Status struct {
	// Path below the target's URL, escaped, and its query.
	Path  string
	Query url.Values
	// SaysUnknown reports whether the body of a 404 says that there is no such job.
	SaysUnknown func(body []byte) bool
	// Decode is the decoder of the body.
	Decode func(body []byte) (*job.Job, error)
}

// Read reads the job: conditionally, where the last reply had a version.
func (s Status) Read(ctx context.Context, client *upstream.Client, last *job.Job) (*job.Job, error) {
	r := upstream.Request{Operation: upstream.OperationStatus, Path: s.Path, Query: s.Query}
	if last != nil {
		r.Validators = last.Validators
	}
	var found *job.Job
	err := client.Get(ctx, r, func(answer upstream.Reply) error {
		switch {
		case answer.NotModified():
			found = last
			return nil
		case answer.Missing() && s.SaysUnknown(answer.Body):
			return job.ErrUnknown
		case answer.Missing():
			return upstream.NotFoundFailure(r.Name(), "check url")
		}
		decoded, err := s.Decode(answer.Body)
		if err != nil {
			return upstream.DecodeFailure(r.Name(), err)
		}
		decoded.Validators = answer.Validators
		found = decoded
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the job's status: %w", err)
	}
	return found, nil
}
