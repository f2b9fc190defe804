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

// JobStatus is what the exporter knows of one job as of its last reads. A time
// that is zero is not known.
type JobStatus struct {
	System string
	Target string
	Job    config.Job
	// Name is what people know the job by.
	Name   string
	Source Source
	// Labels are those of the target and of the job.
	Labels map[string]string
	// Link is where people find the job in its own system; empty where that is
	// not configured.
	Link string
	// MaxDuration is how long the job may take; 0: as long as it likes.
	MaxDuration time.Duration

	// Last is the last good read, made at ReadAt; nil: never read.
	Last   *job.Job
	ReadAt time.Time
	// FirstSeen is zero for a job that the upstream never knew.
	FirstSeen time.Time
	// AskedAt is when a scrape last wanted the job, whether it was read for it
	// or was known already. Zero: none ever did.
	AskedAt time.Time
	// MovedAt is when a read last found that something about the job had moved.
	MovedAt time.Time
	// Changes are the last changes of the job's state, the oldest first.
	Changes []job.Change
	// Retired tells that the job ended so long ago that it is exported no more.
	Retired bool

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
	URL    string
	// Discovery tells that the target's jobs are listed.
	Discovery bool
	// InfoLabels are the names of the values in the Info of the target's jobs.
	InfoLabels []string

	// LastRead is when the last scrape of the target ended, and the next three
	// are what came of it. Zero: there was none yet.
	LastRead time.Time
	Up       bool
	Failure  *upstream.Failure
	Duration time.Duration
	// PausedUntil is until when the upstream wants to be left alone.
	PausedUntil time.Time

	// LastList is when the jobs were last listed, ListFailure why the last try
	// failed; nil: it did not.
	LastList    time.Time
	ListFailure *upstream.Failure
	// JobSources are the job files and URLs of the target, as they were last read.
	JobSources []config.JobSourceStatus

	// Login is the login of the target's account, as it stands.
	Login upstream.LoginStatus
	Jobs  []JobStatus
}

// Overview returns what is known of all targets and jobs. It reads job files
// that changed, but nothing from any upstream.
func (c *Collector) Overview(ctx context.Context) []TargetStatus {
	g := c.acquire()
	defer c.release(ctx, g)
	overview := make([]TargetStatus, 0, len(g.targets))
	for _, t := range g.targets {
		t.jobs.refresh(ctx, lookPatience)
		t.known()
		overview = append(overview, t.status())
	}
	c.publishJobFiles(g)
	return overview
}

// ReadNow reads one job, whatever is remembered of it.
func (c *Collector) ReadNow(ctx context.Context, name string, asked config.Job) error {
	g, ctx, end := c.begin(ctx)
	defer end()
	t, err := g.find(name)
	if err != nil {
		return err
	}
	wanted, err := t.identify(ctx, g.systems, asked)
	if err != nil {
		return err
	}
	r := newRound(t.now())
	if _, failure := r.permit(ctx); failure != nil {
		return failure
	}
	t.bringUpToDate(ctx, r, t.entry(wanted))
	return nil
}

// Discover lists the jobs of all targets with discovery, in parallel, so that
// the next Overview knows them.
func (c *Collector) Discover(ctx context.Context) {
	g := c.acquire()
	defer c.release(ctx, g)
	var targets sync.WaitGroup
	for _, t := range g.targets {
		targets.Go(func() { t.discover(ctx, newRound(t.now()), t.now()) })
	}
	targets.Wait()
}

func (t *Target) status() TargetStatus {
	last := t.memory.outcome()
	status := TargetStatus{
		System: t.settings.System, Name: t.settings.Name, Labels: t.settings.Labels,
		URL: t.settings.URL.String(), Discovery: t.settings.Discovery, JobSources: t.jobs.sourceStates(), InfoLabels: t.system.Info().Labels,
		LastRead: last.ended, Up: !last.ended.IsZero() && last.failure == nil, Failure: last.failure, Duration: last.duration,
	}
	status.LastList, status.ListFailure = t.list.health()
	status.PausedUntil, status.Login = t.link.upstream.PausedUntil(), t.link.upstream.Login()
	states := t.memory.states()
	status.Jobs = make([]JobStatus, 0, len(states))
	for i := range states {
		status.Jobs = append(status.Jobs, t.jobStatus(&states[i]))
	}
	slices.SortFunc(status.Jobs, func(a, b JobStatus) int { return cmp.Compare(a.Job.ID, b.Job.ID) })
	return status
}

func (t *Target) jobStatus(s *entryState) JobStatus {
	name := nameOf(s)
	return JobStatus{
		System: t.settings.System, Target: t.settings.Name, Job: *s.job, Name: name, Source: s.source, Labels: t.jobLabels(*s.job),
		Link: t.settings.JobLink(s.job.ID, name), MaxDuration: t.maxDuration(s.job),
		Last: s.last, ReadAt: s.readAt, FirstSeen: s.firstSeen,
		AskedAt: s.askedAt, MovedAt: s.movedAt, Changes: s.changes, Retired: s.retired(t.now(), t.settings.FinishedRetention),
		Failure: s.failure, LastFailure: s.lastFailure, FailedAt: s.failedAt,
	}
}

// jobLabels are the labels of the target and of the job. Where one of the two
// has none they are those of the other, and must not be changed.
func (t *Target) jobLabels(of config.Job) map[string]string {
	switch {
	case len(of.Labels) == 0:
		return t.settings.Labels
	case len(t.settings.Labels) == 0:
		return of.Labels
	}
	labels := maps.Clone(t.settings.Labels)
	maps.Copy(labels, of.Labels)
	return labels
}
