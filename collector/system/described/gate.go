package described

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

const (
	// mostDecoded is the size of all bodies, of all targets, that are being
	// decoded at one moment.
	mostDecoded = 8 << 20
	// growth is how many times larger than its body most of what is decoded is.
	growth = 8
)

// gate bounds the memory that replies take while they are being decoded: a body
// of nothing but brackets grows fifty times when it becomes values. Such a one
// counts as if it were as large as others that take as much.
type gate struct {
	room *semaphore.Weighted
}

func newGate() *gate { return &gate{room: semaphore.NewWeighted(mostDecoded)} }

// enter waits for room to decode a body. leave gives it back.
func (g *gate) enter(ctx context.Context, name string, body []byte) (leave func(), failure *upstream.Failure) {
	weight := int64(max(len(body), document.Cost(body)/growth))
	if weight > mostDecoded {
		return nil, &upstream.Failure{
			Reason:  job.ReasonTooLarge,
			Message: fmt.Sprintf("%s: %d bytes that would take more than %d MiB of memory", name, len(body), mostDecoded*growth>>20),
		}
	}
	if g.room.Acquire(ctx, weight) != nil {
		return nil, lateFailure(name)
	}
	return func() { g.room.Release(weight) }, nil
}

// lateFailure is the failure of a reply that was not decoded in time.
func lateFailure(name string) *upstream.Failure {
	return &upstream.Failure{Reason: job.ReasonTimeout, Message: name + ": not decoded before the scrape's deadline"}
}
