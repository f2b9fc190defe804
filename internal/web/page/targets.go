package page

import (
	"slices"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// mostTargets are shown each, unless somebody asks for all: of more only those
// that are not up.
const mostTargets = 8

// targetsView is the strip of targets.
type targetsView struct {
	Targets []targetView
	// Hidden are up, and left out; ShowAll shows them too.
	Hidden  int
	ShowAll string
	ShowFew string
}

// targetView is one target in the strip.
type targetView struct {
	Name   string
	System string
	URL    string
	// Jobs leads to the jobs of the target.
	Jobs    string
	Count   string
	Current bool
	// Health is up, down, or idle where nobody has asked yet.
	Health string
	Words  string
	// Problems say why it is not up, or what else does not work.
	Problems []string

	// Read is when the jobs were read, which Verb tells; Listed is not said again
	// where that was at the same time, as mostly.
	Read   instant
	Verb   string
	Took   string
	Listed instant
	// Login is the state of the login in a word, LoginHover when it ends.
	Login      string
	LoginHover string
}

func newTargetsView(targets []collector.TargetStatus, asked request, moment shown.Moment) targetsView {
	few := len(targets) > mostTargets && !asked.allTargets
	var v targetsView
	for i := range targets {
		one := newTargetView(&targets[i], asked, moment)
		if few && one.Health != "down" && !one.Current {
			v.Hidden++
			continue
		}
		v.Targets = append(v.Targets, one)
	}
	v.ShowAll = asked.with(func(r *request) { r.allTargets = true }).link()
	if asked.allTargets {
		v.ShowFew = asked.with(func(r *request) { r.allTargets = false }).link()
	}
	return v
}

func newTargetView(target *collector.TargetStatus, asked request, moment shown.Moment) targetView {
	v := targetView{
		Name: target.Name, System: target.System, URL: job.Label(target.URL),
		Jobs:    asked.with(func(r *request) { r.Target = target.Name }).link(),
		Count:   counted(len(target.Jobs), "job", "jobs"),
		Current: asked.Target == target.Name,
		Read:    ago("Read at", target.LastRead, moment.Now),
		Listed:  ago("Listed at", target.LastList, moment.Now),
	}
	if target.Jobs == nil {
		v.Count = "no jobs"
	}
	v.Health, v.Words = healthOf(target)
	if !target.LastRead.IsZero() {
		v.Took = took(target.Duration)
	}
	v.Verb = "read"
	if v.Read.Words != "" && v.Listed.Words == v.Read.Words {
		v.Verb, v.Listed = "read and listed", instant{}
	}
	v.Problems = problemsOf(target, moment.Now)
	v.Login = string(target.Login.State)
	if until := target.Login.Until; !until.IsZero() {
		v.LoginHover = "Until " + inFull(until)
	}
	return v
}

func healthOf(target *collector.TargetStatus) (health, words string) {
	switch {
	case target.LastRead.IsZero():
		return "idle", "not read yet"
	case target.Up:
		return "up", "up"
	case target.Failure != nil:
		return "down", "down: " + string(target.Failure.Reason)
	default:
		return "down", "down"
	}
}

// problemsOf says why a target is not up, and what else does not work.
func problemsOf(target *collector.TargetStatus, now time.Time) []string {
	var problems []string
	add := func(words string) {
		words = job.ErrorText(words)
		if !slices.Contains(problems, words) {
			problems = append(problems, words)
		}
	}
	if login := target.Login; login.Failure != nil { // says when it was tried, and when it will be again
		add(login.Failure.Message)
	}
	if target.Failure != nil && !target.Up && (target.Login.Failure == nil || target.Failure.Reason != target.Login.Failure.Reason) {
		add(target.Failure.Message)
	}
	if target.ListFailure != nil && (target.Failure == nil || target.Failure.Reason != target.ListFailure.Reason) {
		add("listing: " + target.ListFailure.Message)
	}
	if target.PausedUntil.After(now) {
		add("asked to be left alone until " + target.PausedUntil.UTC().Format("15:04:05") + " UTC")
	}
	return problems
}

// took is a duration that is short, as people say it.
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < 10*time.Second:
		return shown.Number(float64(d.Round(100*time.Millisecond).Milliseconds())/1000) + " s"
	default:
		return shown.Span(d)
	}
}
