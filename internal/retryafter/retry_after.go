// Package retryafter reads how long a server asks to be left alone, wherever it
// is that the exporter asks: systems and lists of jobs.
package retryafter

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Longest bounds what a server can ask for, so that a wrong date does not
// silence a target for days.
const Longest = time.Hour

// Until reads the header Retry-After of an answer that came at now, seconds or an
// HTTP date, else the end of a quota that is used up; false where there is none that
// can be understood. It is at most Longest away. A date is by the server's clock,
// which the answer tells in Date.
func Until(header http.Header, now time.Time) (time.Time, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	until, err := http.ParseTime(value)
	if err != nil {
		seconds, err := strconv.ParseUint(value, 10, 63)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return QuotaReset(header, now)
		}
		return now.Add(time.Duration(min(seconds, uint64(Longest/time.Second))) * time.Second), true
	}
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		until = now.Add(until.Sub(theirs))
	}
	if latest := now.Add(Longest); until.After(latest) {
		until = latest
	}
	return until, true
}

// QuotaReset is when an account may ask again that has used up what it may ask in an
// hour, as GitHub and others say it; false where it has not.
func QuotaReset(header http.Header, now time.Time) (time.Time, bool) {
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
	if !until.After(now) || until.After(now.Add(Longest)) {
		return time.Time{}, false // not a time, but a number of seconds perhaps
	}
	return until, true
}
