package upstream

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// longestPause bounds what a server can ask for, so that a wrong date does not
// silence a target for days.
const longestPause = time.Hour

// retryAfter reads the header of that name, seconds or an HTTP date; false
// where there is none that can be understood. A date is by the server's clock,
// which the answer tells in Date.
func retryAfter(header http.Header, now time.Time) (time.Time, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	until, err := http.ParseTime(value)
	if err != nil {
		seconds, err := strconv.ParseUint(value, 10, 63)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return time.Time{}, false
		}
		return now.Add(time.Duration(min(seconds, uint64(longestPause/time.Second))) * time.Second), true
	}
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		until = now.Add(until.Sub(theirs))
	}
	if latest := now.Add(longestPause); until.After(latest) {
		until = latest
	}
	return until, true
}

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
