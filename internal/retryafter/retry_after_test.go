package retryafter

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0": 0, "120": 2 * time.Minute, " 120 ": 2 * time.Minute, "3601": Longest,
		"99999999999999999999999":        Longest,
		"Sun, 22 Nov 2026 00:01:00 GMT":  time.Minute,
		"Sunday, 22-Nov-26 00:01:00 GMT": time.Minute,
		"Sat, 21 Nov 2026 23:59:00 GMT":  -time.Minute,
		"Fri, 22 Nov 2126 00:00:00 GMT":  Longest,
	} {
		until, ok := Until(http.Header{"Retry-After": {value}}, now)
		if !ok || until.Sub(now) != want {
			t.Errorf("%q: %v (%v), want %v", value, until.Sub(now), ok, want)
		}
	}
	for _, value := range []string{"", "-1", "1.5", "soon", "1h", "2026-11-22T00:01:00Z", "+5"} {
		if until, ok := Until(http.Header{"Retry-After": {value}}, now); ok {
			t.Errorf("%q: %v", value, until)
		}
	}
}

// A date is by the server's own clock, however far that is from ours.
func TestRetryAfterByTheServersClock(t *testing.T) {
	now := time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)
	for _, skew := range []time.Duration{0, time.Hour, -6 * time.Minute, 24 * time.Hour} {
		theirs := now.Add(skew)
		until, ok := Until(http.Header{
			"Date":        {theirs.Format(http.TimeFormat)},
			"Retry-After": {theirs.Add(30 * time.Second).Format(http.TimeFormat)},
		}, now)
		if !ok || until.Sub(now) != 30*time.Second {
			t.Errorf("a clock %s off: %s (%v), want 30s", skew, until.Sub(now), ok)
		}
	}
}

// An account that has used up its requests may ask again at a time, by the server's clock.
func TestAQuotaIsUsedUpUntilItsReset(t *testing.T) {
	now := time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		remaining string
		reset     time.Duration
		want      time.Duration
	}{
		{"0", 10 * time.Minute, 10 * time.Minute},
		{" 0 ", time.Hour, time.Hour},
		{"1", 10 * time.Minute, 0},
		{"", 10 * time.Minute, 0},
		{"0", -time.Minute, 0},
		{"0", 2 * time.Hour, 0},
	} {
		for _, skew := range []time.Duration{0, -time.Hour} {
			theirs := now.Add(skew)
			until, ok := Until(http.Header{
				"Date":                  {theirs.Format(http.TimeFormat)},
				"X-Ratelimit-Remaining": {test.remaining},
				"X-Ratelimit-Reset":     {strconv.FormatInt(theirs.Add(test.reset).Unix(), 10)},
			}, now)
			if ok != (test.want > 0) || ok && until.Sub(now) != test.want {
				t.Errorf("%+v, skew %s: %s (%v)", test, skew, until.Sub(now), ok)
			}
		}
	}
}
