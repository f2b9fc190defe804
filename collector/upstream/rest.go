package upstream

import (
	"fmt"
	"net/http"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// rest is the time in which a login that failed is left alone.
type rest struct {
	// count is the number of failures of this kind in a row.
	count   int
	failure *Failure
	at      time.Time
	until   time.Time
}

// refusals are the rests after a login that was refused, the last one for ever.
// A vCenter locks an account after five refusals in three minutes, Active Directory
// often after fewer in half an hour.
func refusals() []time.Duration {
	return []time.Duration{3 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}
}

// silences are the rests after a login that was not answered, or not with a token:
// soon enough for an upstream that is back after a restart, and seldom enough for
// one that makes a session each time and is too slow to tell.
func silences() []time.Duration {
	return []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute}
}

// begin notes one more failure at now. A time that the upstream itself named
// counts instead of the schedule.
func (r *rest) begin(failure *Failure, schedule []time.Duration, now time.Time) {
	r.count++
	r.failure, r.at = failure, now
	r.until = now.Add(schedule[min(r.count, len(schedule))-1])
	if failure.Until.After(now) {
		r.until = failure.Until
	}
}

func (r *rest) active(now time.Time) bool { return r != nil && now.Before(r.until) }

// told is the rest's failure as whoever comes at now is told it.
func (r *rest) told(now time.Time) *Failure {
	told := *r.failure
	told.Scope, told.Until = ScopeLogin, r.until
	if told.Reason == job.ReasonLogin {
		told.Message += fmt.Sprintf(" (refused at %s, next try %s or when the secret changes)", clockTime(r.at, now), clockTime(r.until, now))
	} else {
		told.Message += fmt.Sprintf(" (at %s, next try %s)", clockTime(r.at, now), clockTime(r.until, now))
	}
	return &told
}

// clockTime names a moment, with its date where that is not today's.
func clockTime(moment, now time.Time) string {
	moment, now = moment.UTC(), now.UTC()
	if moment.YearDay() == now.YearDay() && moment.Year() == now.Year() {
		return moment.Format("15:04:05 UTC")
	}
	return moment.Format("2006-01-02 15:04:05 UTC")
}

// asRefused gives the answers that mean "these credentials are refused" their
// reason; anything else says nothing of them.
func asRefused(failure *Failure) *Failure {
	switch failure.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		if failure.Reason == job.ReasonLogin || failure.Reason == job.ReasonRateLimited {
			return failure
		}
		refused := *failure
		refused.Reason = job.ReasonLogin
		refused.Message += ": check the target's credentials"
		return &refused
	default:
		return failure
	}
}
