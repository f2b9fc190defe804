package collector

import (
	"context"
	"sync"
	"time"
)

// encodingCost is what encoding an answer takes, by what it took last time: so
// much time is kept back from the reads, for the answer has to be whole before
// the scrape's deadline.
type encodingCost struct {
	mu     sync.Mutex
	perJob time.Duration
}

const (
	// firstGuess is what a job's series take to encode before any was measured.
	firstGuess = 10 * time.Microsecond
	// mostKeptBack is the part of a scrape that is kept back at most: a client
	// that reads slowly must not take the time from the reads.
	mostKeptBack = 3
)

// note remembers what encoding so many jobs took. A cost falls slowly, since a
// busy machine is busy again.
func (c *encodingCost) note(jobs int, took time.Duration) {
	if jobs == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.perJob = max(took/time.Duration(jobs), c.perJob*7/8)
}

// before is a context that ends as much before another one as encoding so many
// jobs is likely to take.
func (c *encodingCost) before(ctx context.Context, jobs int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	c.mu.Lock()
	perJob := max(c.perJob, firstGuess)
	c.mu.Unlock()
	// Twice, since a machine may become busy meanwhile.
	kept := min(time.Duration(jobs)*perJob*2, time.Until(deadline)/mostKeptBack)
	return context.WithDeadline(ctx, deadline.Add(-kept))
}
