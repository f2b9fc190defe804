// Package system is what an upstream system is to the collector, and what several
// of them share. Each system is one package below it, with its options, checks,
// reader and decoder.
package system

import (
	"context"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is one upstream API: how its targets and jobs are configured, and how
// they are read. A new system is one package that implements it.
type System interface {
	config.System
	// Info describes the info metric that only jobs of this system have.
	Info() job.InfoMetric
	// Definition is what the system was made from where that can change with the
	// configuration: what was read by one definition is not used by another.
	// Empty for a system written in Go.
	Definition() string
	// Connect prepares the reading of one target. It sends nothing.
	Connect(target *config.Target, upstream *upstream.Client) Reader
}

// Reader reads the jobs of one target. It is safe for concurrent use.
type Reader interface {
	// Read reads one job. last is what an earlier read said, nil where there
	// was none; a read that finds nothing changed returns last itself. The
	// error is job.ErrUnknown where the upstream says that it has no such job,
	// else an *upstream.Failure.
	Read(ctx context.Context, job config.Job, last *job.Job) (*job.Job, error)
}

// Lister is a Reader of a system that can list its jobs.
type Lister interface {
	// List lists the jobs of the target's account, which is logged in; those
	// that ended before endedAfter may be left out. What was listed counts also
	// where there is an error: a list that was cut off, or one of two that was
	// refused.
	List(ctx context.Context, endedAfter time.Time) (Listing, error)
}

// Noun is a Lister whose jobs have a name of their own, in the plural: "sessions".
type Noun interface{ Noun() string }

// Listing is what a list said.
type Listing struct {
	Jobs []Listed
	// Cut tells that the list was not read to its end: a job that it does not
	// name may still be there.
	Cut bool
}

// Listed is a job that a list names.
type Listed struct {
	Job config.Job
	// Found is what the list said of the job where its items are whole status
	// replies, so that the job needs no read of its own; nil where they are not.
	Found *job.Job
}

// Trier is a System that can make a job of a saved status reply, without network.
type Trier interface {
	System
	// Try does what a read does with the same reply. Its error is an
	// *upstream.Failure.
	Try(ctx context.Context, target *config.Target, reply []byte) (*job.Job, error)
}
