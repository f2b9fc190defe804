package program

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// garbageRoom is how much garbage may gather before it is collected. With a
	// hundred jobs Go's own rule, as much as is live, collects with every other
	// scrape, which was a tenth of the CPU time.
	garbageRoom = 20 << 20
	// leastPercent and mostPercent bound what that is of what is live: with very
	// many jobs as much garbage as live heap is hundreds of megabytes.
	leastPercent = 35
	mostPercent  = 400
	// garbageInterval is how often the rule is applied anew.
	garbageInterval = time.Second
)

// LimitGarbage lets the garbage collector run by how much garbage there is, until
// the context ends. Where GOGC says otherwise it does nothing.
func LimitGarbage(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	ticker := time.NewTicker(garbageInterval)
	defer ticker.Stop()
	for last := 0; ; {
		if percent := garbagePercent(liveHeap()); percent != last {
			debug.SetGCPercent(percent)
			last = percent
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
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
