package collector

import (
	"context"
	"errors"
	"fmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// ErrUnknownTarget is the error of asking for a target that is not configured.
var ErrUnknownTarget = errors.New("no target of this name is configured")

// ErrBadJob is the error of asking for a job that the target's system cannot have.
var ErrBadJob = errors.New("no such job can be asked for")

// identify completes what somebody asked for: to the job of that id which is
// known already, or to one that the system could have.
func (t *Target) identify(ctx context.Context, systems config.Systems, asked config.Job) (config.Job, error) {
	t.jobs.refresh(ctx, lookPatience)
	if t.memory.untidy(t.now()) {
		t.known()
	}
	if known, ok := t.jobs.find(asked.ID); ok {
		return *known.job, sameJob(asked, *known.job)
	}
	if listed := t.memory.find(asked.ID); listed != nil {
		job := *listed.knownAs()
		return job, sameJob(asked, job)
	}
	if err := systems.CheckJob(systems.Find(t.settings.System), &asked); err != nil {
		return config.Job{}, fmt.Errorf("%w: %w", ErrBadJob, err)
	}
	return asked, nil
}

// sameJob compares what was said of a job with the job that is known.
func sameJob(asked, known config.Job) error {
	for _, part := range []struct{ key, asked, known string }{
		{"kind", asked.Kind, known.Kind}, {"type", asked.Type, known.Type}, {"path", asked.Path, known.Path},
	} {
		if part.asked != "" && part.asked != part.known {
			return fmt.Errorf("%w: %s: the target's job of this id has another", ErrBadJob, part.key)
		}
	}
	return nil
}
