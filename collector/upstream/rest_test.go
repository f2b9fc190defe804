package upstream

import (
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Every message says when the login failed and when it is tried next, with the date
// where that is not today.
func TestARestTellsItsTimes(t *testing.T) {
	evening := time.Date(2026, 11, 22, 23, 58, 30, 0, time.UTC)
	refused := &Failure{Reason: job.ReasonLogin, Message: "login: POST /api/session: answered 401 Unauthorized"}
	silent := &Failure{Reason: job.ReasonTimeout, Message: "login: POST /api/session: no answer in time"}
	for _, given := range []struct {
		failure  *Failure
		schedule []time.Duration
		at, now  time.Time
		want     string
	}{
		{
			refused, refusals(), evening.Add(-time.Hour), evening.Add(-time.Hour + time.Minute),
			refused.Message + " (refused at 22:58:30 UTC, next try 23:01:30 UTC or when the secret changes)",
		},
		{
			refused, refusals(), evening, evening.Add(time.Minute),
			refused.Message + " (refused at 23:58:30 UTC, next try 2026-11-23 00:01:30 UTC or when the secret changes)",
		},
		{
			refused, refusals(), evening, evening.Add(2 * time.Minute),
			refused.Message + " (refused at 2026-11-22 23:58:30 UTC, next try 00:01:30 UTC or when the secret changes)",
		},
		{silent, silences(), evening, evening, silent.Message + " (at 23:58:30 UTC, next try 23:58:35 UTC)"},
	} {
		var resting rest
		resting.begin(given.failure, given.schedule, given.at)
		told := resting.told(given.now)
		if told.Message != given.want || told.Scope != ScopeLogin || !told.Until.Equal(resting.until) {
			t.Errorf("told %q (scope %d), want %q", told.Message, told.Scope, given.want)
		}
	}
}
