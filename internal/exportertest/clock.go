package exportertest

import (
	"sync"
	"time"
)

// Clock stands still until it is advanced, so that two exporters that read the
// same jobs say the same to the byte.
type Clock struct {
	mutex sync.Mutex
	now   time.Time
}

// NewClock stands at a certain moment.
func NewClock() *Clock { return NewClockAt(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) }

// NewClockAt stands at the given moment.
func NewClockAt(now time.Time) *Clock { return &Clock{now: now} }

// Now is the time that it shows.
func (c *Clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

// Advance puts it forward.
func (c *Clock) Advance(by time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(by)
}
