package page

import (
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// instant is a point in time as a page shows it: how far away it is, and in
// full for whoever wants to know exactly. The zero instant is not shown.
type instant struct {
	Words string
	// Title is the full time in UTC, with what happened then.
	Title string
	// Datetime is for machines.
	Datetime string
}

// since shows how long ago something happened, in one or two short words.
func since(what string, at, now time.Time) instant {
	if at.After(now.Add(time.Second)) { // clocks differ
		return newInstant("in "+shown.Brief(at.Sub(now)), what, at)
	}
	return newInstant(shown.Brief(now.Sub(at)), what, at)
}

// until is since for times that may be to come.
func until(what, whatWas string, at, now time.Time) instant {
	if left := at.Sub(now); left > 0 {
		return newInstant(shown.Brief(left), what, at)
	}
	return newInstant(shown.Rough(now.Sub(at))+" ago", whatWas, at)
}

// ago shows a time that has passed.
func ago(what string, at, now time.Time) instant {
	return newInstant(spanOrAhead(at, now, " ago"), what, at)
}

// spanOrAhead says that a time is ahead even where it should not be: clocks differ.
func spanOrAhead(at, now time.Time, suffix string) string {
	if at.After(now.Add(time.Second)) {
		return "in " + shown.Span(at.Sub(now))
	}
	return shown.Span(now.Sub(at)) + suffix
}

// ahead shows a time that may be to come.
func ahead(what, whatWas string, at, now time.Time) instant {
	if left := at.Sub(now); left > 0 {
		return newInstant("in "+shown.Span(left), what, at)
	}
	return newInstant(shown.Span(now.Sub(at))+" ago", whatWas, at)
}

func newInstant(words, what string, at time.Time) instant {
	if at.IsZero() {
		return instant{}
	}
	return instant{Words: words, Title: what + " " + inFull(at), Datetime: at.UTC().Format(time.RFC3339)}
}

func inFull(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05") + " UTC" }
