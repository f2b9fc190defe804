package collector

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// JobStatus is what the exporter knows of one job as of its last reads.
type JobStatus struct {
	System string
	Target string
	Job    config.Job
	Source Source
	// Labels are those of the target and of the job.
	Labels map[string]string
	// Last is the last good read, made at ReadAt; nil: never read.
	Last   *job.Job
	ReadAt time.Time
	// FirstSeen is zero for a job that the upstream never knew.
	FirstSeen time.Time
	// Failure is the last failed read; nil where reading works.
	Failure *upstream.Failure
	// LastFailure is the same, but stays when reading works again. It was at FailedAt.
	LastFailure *upstream.Failure
	FailedAt    time.Time
}

// TargetStatus is one configured target with all jobs that are known of it.
type TargetStatus struct {
	System string
	Name   string
	Labels map[string]string
	Jobs   []JobStatus
}

// Overview returns what is known of all targets and jobs. It reads job files
// that changed, but nothing from any upstream.
func (c *Collector) Overview(ctx context.Context) []TargetStatus {
	g := c.acquire()
	defer c.release(ctx, g)
	overview := make([]TargetStatus, 0, len(g.targets))
	for _, t := range g.targets {
		t.jobs.refresh()
		t.known()
		overview = append(overview, t.status())
	}
	c.publishJobFiles(g)
	return overview
}

// Discover lists the jobs of all targets with discovery, in parallel, so that
// the next Overview knows them.
func (c *Collector) Discover(ctx context.Context) {
	g := c.acquire()
	defer c.release(ctx, g)
	var targets sync.WaitGroup
	for _, t := range g.targets {
		targets.Go(func() { t.discover(ctx, newRound(t.now())) })
	}
	targets.Wait()
}

func (t *Target) status() TargetStatus {
	status := TargetStatus{
		System: t.settings.System, Name: t.settings.Name, Labels: t.settings.Labels,
	}
	for _, s := range t.memory.states() {
		status.Jobs = append(status.Jobs, JobStatus{
			System: t.settings.System, Target: t.settings.Name, Job: s.job, Source: s.source, Labels: t.jobLabels(s.job),
			Last: s.last, ReadAt: s.readAt, FirstSeen: s.firstSeen,
			Failure: s.failure, LastFailure: s.lastFailure, FailedAt: s.failedAt,
		})
	}
	slices.SortFunc(status.Jobs, func(a, b JobStatus) int { return cmp.Compare(a.Job.ID, b.Job.ID) })
	return status
}

func (t *Target) jobLabels(job config.Job) map[string]string {
	labels := maps.Clone(t.settings.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, job.Labels)
	return labels
}
