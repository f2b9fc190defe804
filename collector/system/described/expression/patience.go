package expression

import (
	"context"
	"time"
)

// stints are the pieces that a limit of time is counted in.
const stints = 10

// withActiveTime is a context that ends when a limit of time is over in which this
// program was running: on a busy machine, or in a container whose share of the
// processor is used up, it may stand still for a hundred milliseconds, and that is
// no fault of what it was working on. A piece of the limit counts once, however
// long it was until somebody looked.
func withActiveTime(parent context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	left := stints
	var timer *time.Timer
	ready := make(chan struct{})
	timer = time.AfterFunc(limit/stints, func() {
		<-ready
		left--
		if left <= 0 {
			cancel()
			return
		}
		timer.Reset(limit / stints)
	})
	close(ready)
	return ctx, func() {
		timer.Stop()
		cancel()
	}
}
