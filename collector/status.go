package collector

import (
	"context"
	"fmt"
)

// readStatus reads a job whose status is a single resource: conditionally,
// where the last reply had a version.
func readStatus(ctx context.Context, u *Upstream, path string, last *Job, decodeJob func([]byte) (*Job, error)) (*Job, error) {
	r := request{operation: OperationStatus, path: path}
	if last != nil {
		r.validators = last.validators
	}
	var job *Job
	err := u.get(ctx, r, func(answer reply) error {
		switch {
		case answer.notModified():
			job = last
			return nil
		case answer.missing() && isJSONError(answer.body):
			return errUnknownJob
		case answer.missing():
			return notFoundFailure(r.name(), "check url")
		}
		decoded, err := decodeJob(answer.body)
		if err != nil {
			return decodeFailure(r.name(), err)
		}
		decoded.validators = answer.validators
		job = decoded
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the job's status: %w", err)
	}
	return job, nil
}
