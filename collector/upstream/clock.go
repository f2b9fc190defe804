package upstream

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// tolerableSkew is more than any answer is under way for.
	tolerableSkew = time.Minute
	// skewChecks is how often a target's clock is looked at.
	skewChecks = time.Minute
)

// clockCheck compares a target's clock with ours. Where they differ, expiration
// times are not what they seem, and nobody would look for the cause there.
type clockCheck struct {
	mu      sync.Mutex
	checked time.Time
	off     bool
	// skew is their clock less ours as of the last look; known tells that there was one.
	skew  time.Duration
	known bool
}

// Skew is the upstream's clock less ours, by the Date of its answers; false where
// no answer had one yet.
func (c *Client) Skew() (skew time.Duration, known bool) {
	c.clock.mu.Lock()
	defer c.clock.mu.Unlock()
	return c.clock.skew, c.clock.known
}

// see looks at the Date of an answer and logs when the clocks begin to differ,
// and when they agree again.
func (c *clockCheck) see(header http.Header, now time.Time, logger *slog.Logger) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.checked) < skewChecks {
		return
	}
	theirs, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	c.checked = now
	skew := theirs.Sub(now).Round(time.Second)
	off := skew.Abs() > tolerableSkew
	c.skew, c.known = skew, true
	switch {
	case off && !c.off:
		logger.Warn("the target's clock differs from ours: expiration times will look wrong until one of them is set right", "difference", skew)
	case !off && c.off:
		logger.Info("the target's clock agrees with ours again")
	}
	c.off = off
}
