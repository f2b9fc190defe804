package upstream

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Trace collects what a scrape did, one line each, for /probe?debug=true. It
// gets methods, paths, statuses and durations: no header, body or host's userinfo.
type Trace struct {
	mu    sync.Mutex
	start time.Time
	lines []string
}

type traceKey struct{}

// WithTrace returns a context whose scrape writes into the returned Trace.
func WithTrace(ctx context.Context, start time.Time) (context.Context, *Trace) {
	trace := &Trace{start: start}
	return context.WithValue(ctx, traceKey{}, trace), trace
}

// String is the whole trace, a line for each step, in order.
func (t *Trace) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "")
}

// Traced reports whether the context has a Trace: most have none, and the
// lines for it are not worth making then.
func Traced(ctx context.Context) bool {
	_, ok := ctx.Value(traceKey{}).(*Trace)
	return ok
}

// Tracef adds a line to the context's Trace, if it has one.
func Tracef(ctx context.Context, now time.Time, format string, arguments ...any) {
	trace, ok := ctx.Value(traceKey{}).(*Trace)
	if !ok {
		return
	}
	trace.mu.Lock()
	defer trace.mu.Unlock()
	line := fmt.Sprintf(format, arguments...)
	trace.lines = append(trace.lines, fmt.Sprintf("%8.3fs  %s\n", now.Sub(trace.start).Seconds(), line))
}
