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
			return quotaReset(header, now)
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

// quotaReset is when an account may ask again that has used up what it may ask in an
// hour, as GitHub and others say it; false where it has not.
func quotaReset(header http.Header, now time.Time) (time.Time, bool) {
	if strings.TrimSpace(header.Get("X-Ratelimit-Remaining")) != "0" {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(header.Get("X-Ratelimit-Reset")), 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	until := time.Unix(seconds, 0)
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		until = now.Add(until.Sub(theirs))
	}
	if !until.After(now) || until.After(now.Add(longestPause)) {
		return time.Time{}, false // not a time, but a number of seconds perhaps
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
