package web

import (
	"net/http"
	"strconv"
	"time"
)

// timeoutHeader is where Prometheus says how long it will wait.
const timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"

// longestTimeout is beyond any scrape timeout that anybody means.
const longestTimeout = 24 * time.Hour

// Budget is how long scrapes may take.
type Budget struct {
	// Timeout is that of a request without the header.
	Timeout time.Duration
	// Offset is kept for sending the answer, but never more than a fifth.
	Offset time.Duration
}

// of is the time that a scrape may spend on reading. A header that is not
// a positive number counts as absent.
func (b Budget) of(header http.Header) time.Duration {
	timeout := b.Timeout
	if seconds, err := strconv.ParseFloat(header.Get(timeoutHeader), 64); err == nil && seconds > 0 && seconds <= longestTimeout.Seconds() {
		timeout = time.Duration(seconds * float64(time.Second))
	}
	return timeout - min(b.Offset, timeout/5)
}
