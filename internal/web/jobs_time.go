package web

import (
	"strconv"
	"time"
)

// instant is a point in time as the page shows it: how far away it is, and in
// full for whoever wants to know exactly. The zero instant is not shown.
type instant struct {
	Words string
	// Title is the full time in UTC, with what happened then.
	Title string
	// Datetime is for machines.
	Datetime string
}

// since shows how long ago something happened, without a word around it.
func since(what string, at, now time.Time) instant {
	return newInstant(spanOrAhead(at, now, ""), what, at)
}

// ago shows a time that has passed.
func ago(what string, at, now time.Time) instant {
	return newInstant(spanOrAhead(at, now, " ago"), what, at)
}

// spanOrAhead says that a time is ahead even where it should not be: clocks differ.
func spanOrAhead(at, now time.Time, suffix string) string {
	if at.After(now.Add(time.Second)) {
		return "in " + span(at.Sub(now))
	}
	return span(now.Sub(at)) + suffix
}

func newInstant(words, what string, at time.Time) instant {
	if at.IsZero() {
		return instant{}
	}
	at = at.UTC()
	return instant{
		Words:    words,
		Title:    what + " " + at.Format("2006-01-02 15:04:05") + " UTC",
		Datetime: at.Format(time.RFC3339),
	}
}

// span says a duration in its two largest units.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return inUnits(d, time.Second, "s", 0, "")
	case d < time.Hour:
		return inUnits(d, time.Minute, "min", time.Second, "s")
	case d < day:
		return inUnits(d, time.Hour, "h", time.Minute, "min")
	default:
		return inUnits(d, day, "d", time.Hour, "h")
	}
}

// inUnits leaves out the smaller unit where there is none of it, or it is 0.
func inUnits(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	words := strconv.FormatInt(int64(d/large), 10) + " " + largeName
	if small > 0 && d%large >= small {
		words += " " + strconv.FormatInt(int64(d%large/small), 10) + " " + smallName
	}
	return words
}
