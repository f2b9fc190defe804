package collector

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
)

// Trial is what trying one target found.
type Trial struct {
	Target string
	// Found are words for what worked, such as "login accepted".
	Found []string
	// Err says what does not work; nil: all that was tried works.
	Err error
}

// TryTargets logs in to each target, in parallel, lists its jobs once, and where it
// cannot list them reads the first one that it names. The trials are in the order
// of the configuration.
func (c *Collector) TryTargets(ctx context.Context) []Trial {
	g, ctx, end := c.begin(ctx)
	defer end()
	trials := make([]Trial, len(g.targets))
	var targets sync.WaitGroup
	for i, t := range g.targets {
		targets.Go(func() { trials[i] = t.try(ctx) })
	}
	targets.Wait()
	return trials
}

// try tries one target.
func (t *Target) try(ctx context.Context) Trial {
	trial := Trial{Target: t.settings.Name}
	if trial.Err = t.link.upstream.EnsureLogin(ctx); trial.Err != nil {
		return trial
	}
	if t.link.upstream.Login().State != "" {
		trial.Found = append(trial.Found, "login accepted")
	}
	var found string
	if lister, ok := t.link.reader.(system.Lister); ok {
		found, trial.Err = t.tryList(ctx, lister)
	} else {
		found, trial.Err = t.tryFirstJob(ctx)
	}
	if found != "" {
		trial.Found = append(trial.Found, found)
	}
	return trial
}

func (t *Target) tryList(ctx context.Context, lister system.Lister) (string, error) {
	listing, err := t.listNow(ctx, lister)
	if err != nil && len(listing.Jobs) == 0 {
		return "", err
	}
	noun := "jobs"
	if named, ok := lister.(system.Noun); ok {
		noun = named.Noun()
	}
	return fmt.Sprintf("%d %s listed", len(listing.Jobs), noun), err
}

func (t *Target) tryFirstJob(ctx context.Context) (string, error) {
	t.jobs.refresh(ctx, firstLookPatience)
	named := t.jobs.all()
	if len(named) == 0 {
		return "no job is named to be read, and the system lists none: nothing was asked", nil
	}
	first := *named[0].job
	found, err := t.read(ctx, first, nil)
	switch {
	case errors.Is(err, job.ErrUnknown):
		return fmt.Sprintf("job %q is not known there", first.ID), nil
	case err != nil:
		return "", fmt.Errorf("job %q: %w", first.ID, err)
	default:
		return fmt.Sprintf("job %q is %s", first.ID, found.State), nil
	}
}
