package program

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// garbageRoom is how much garbage may gather before it is collected. With a
	// hundred jobs Go's own rule, as much as is live, collects with every other
	// scrape, which was a tenth of the CPU time.
	garbageRoom = 20 << 20
	// leastPercent and mostPercent bound what that is of what is live: with very
	// many jobs as much garbage as live heap is hundreds of megabytes.
	leastPercent = 25
	mostPercent  = 400
)

// LimitGarbage lets the garbage collector run by how much garbage there is, until
// the context ends. Where GOGC says otherwise it does nothing. The rule is applied
// anew with each collection: while the first scrape of many jobs makes most of what
// is live, what was right a moment ago would let the heap grow to a multiple of it.
func LimitGarbage(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	collected := make(chan struct{}, 1)
	for last := 0; ; {
		tellOfCollection(collected)
		if percent := garbagePercent(liveHeap()); percent != last {
			debug.SetGCPercent(percent)
			last = percent
		}
		select {
		case <-collected:
		case <-ctx.Done():
			return
		}
	}
}

// tellOfCollection sends when the next collection has ended: it makes some garbage
// whose end is told.
func tellOfCollection(collected chan<- struct{}) {
	garbage := make([]byte, 64) // smaller ones share their place with others
	runtime.AddCleanup(&garbage[0], func(collected chan<- struct{}) {
		select {
		case collected <- struct{}{}:
		default:
		}
	}, collected)
}

// garbagePercent is how much garbage may gather, in percent of what is live.
func garbagePercent(live uint64) int {
	if live == 0 {
		return mostPercent
	}
	return int(min(max(garbageRoom*100/live, leastPercent), mostPercent))
}

// liveHeap is how many bytes the last collection found in use; 0: there was none.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
