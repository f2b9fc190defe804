package web

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Whatever the header says, a scrape gets between four fifths and all of the
// timeout that holds, and the flag's where the header is no positive number.
func FuzzScrapeTimeoutHeader(f *testing.F) {
	for _, header := range []string{"", "10", "0.2", "NaN", "Inf", "-Inf", "-1", "0", "-0", "1e300", "1e400", "1e-300", "0x1p-2", "1_0", " 5", "5s", "٥", "86400", "86401"} {
		f.Add(header, int64(500*time.Millisecond))
	}
	f.Fuzz(func(t *testing.T, header string, offset int64) {
		if offset < 0 {
			offset = -(offset + 1)
		}
		const flag = 30 * time.Second
		got := Budget{Timeout: flag, Offset: time.Duration(offset)}.of(http.Header{timeoutHeader: {header}})
		timeout := flag
		seconds, err := strconv.ParseFloat(header, 64)
		if positive := err == nil && seconds > 0 && !math.IsInf(seconds, 0); positive && seconds <= 24*60*60 {
			timeout = time.Duration(seconds * float64(time.Second))
		}
		if got > timeout || got < timeout-timeout/5 {
			t.Errorf("with the header %q and an offset of %s a scrape gets %s of %s", header, time.Duration(offset), got, timeout)
		}
	})
}
