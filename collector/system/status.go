package system

import (
	"context"
	"fmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// ReadStatus reads a job whose status is a single resource: conditionally,
// where the last reply had a version.
func ReadStatus(ctx context.Context, u *upstream.Client, path string, last *job.Job, decodeJob func([]byte) (*job.Job, error)) (*job.Job, error) {
	r := upstream.Request{Operation: upstream.OperationStatus, Path: path}
	if last != nil {
		r.Validators = last.Validators
	}
	var found *job.Job
	err := u.Get(ctx, r, func(answer upstream.Reply) error {
		switch {
		case answer.NotModified():
			found = last
			return nil
		case answer.Missing() && decode.IsObject(answer.Body):
			return job.ErrUnknown
		case answer.Missing():
			return upstream.NotFoundFailure(r.Name(), "check url")
		}
		decoded, err := decodeJob(answer.Body)
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
