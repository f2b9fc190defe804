package upstream

import (
	"sync"
	"time"
)

// pause is the time until which an account asked to be left alone.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

// extend lets nothing be sent before until.
func (p *pause) extend(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}

// active reports whether now is within the pause, and when it ends.
func (p *pause) active(now time.Time) (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until, now.Before(p.until)
}
