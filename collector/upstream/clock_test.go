package upstream

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A clock that is off is told once, with the difference, and once more when it
// is right again.
func TestAClockThatIsOffIsToldOnce(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var clock clockCheck
	answer := func(skew time.Duration) string {
		log.Reset()
		now = now.Add(2 * skewChecks)
		clock.see(http.Header{"Date": {now.Add(skew).Format(http.TimeFormat)}}, now, logger)
		return log.String()
	}
	for _, step := range []struct {
		skew time.Duration
		want string
	}{
		{0, ""},
		{30 * time.Second, ""},
		{-5 * time.Minute, "difference=-5m0s"},
		{-6 * time.Minute, ""},
		{0, "agrees with ours again"},
		{time.Hour, "difference=1h0m0s"},
	} {
		told := answer(step.skew)
		if step.want == "" && told != "" || !strings.Contains(told, step.want) {
			t.Errorf("a difference of %s: told %q, want %q", step.skew, told, step.want)
		}
	}
}

// An answer without a date, or one within a minute of the last look, tells nothing.
func TestAClockIsLookedAtOnceAMinute(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var clock clockCheck
	clock.see(http.Header{}, now, logger)
	clock.see(http.Header{"Date": {"yesterday"}}, now, logger)
	clock.see(http.Header{"Date": {now.Format(http.TimeFormat)}}, now, logger)
	clock.see(http.Header{"Date": {now.Add(time.Hour).Format(http.TimeFormat)}}, now.Add(time.Second), logger)
	if log.Len() > 0 {
		t.Errorf("told %q", log.String())
	}
}
