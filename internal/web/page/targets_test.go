package page

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

func TestTheStripOfTargets(t *testing.T) {
	failed := func(reason job.Reason, message string) *upstream.Failure {
		return &upstream.Failure{Reason: reason, Message: message}
	}
	for name, test := range map[string]struct {
		change func(*collector.TargetStatus)
		want   string
		class  string
	}{
		"up": {func(*collector.TargetStatus) {}, "vcenter vsphere up https://vcenter.example.com no jobs read 10 s ago in 420 ms", "target up"},
		"listed too": {
			func(s *collector.TargetStatus) { s.LastList = before(time.Minute) },
			"vcenter vsphere up https://vcenter.example.com no jobs read 10 s ago in 420 ms, listed 1 min ago", "target up",
		},
		"listed at the same time": {
			func(s *collector.TargetStatus) { s.LastList = s.LastRead },
			"vcenter vsphere up https://vcenter.example.com no jobs read and listed 10 s ago in 420 ms", "target up",
		},
		"not asked yet": {
			func(s *collector.TargetStatus) { s.Up, s.LastRead = false, time.Time{} },
			"vcenter vsphere not read yet https://vcenter.example.com no jobs", "target idle",
		},
		"logged in": {
			func(s *collector.TargetStatus) { s.Login.State, s.Login.Until = "valid", after(time.Hour) },
			"vcenter vsphere up https://vcenter.example.com no jobs read 10 s ago in 420 ms, login valid", "target up",
		},
		"down": {
			func(s *collector.TargetStatus) {
				s.Up, s.Failure = false, failed(job.ReasonConnection, "GET status: connection refused")
				s.Duration = 12 * time.Second
			},
			"vcenter vsphere down: connection https://vcenter.example.com no jobs read 10 s ago in 12 s GET status: connection refused", "target down",
		},
		"a refused login, said once": {
			func(s *collector.TargetStatus) {
				refused := failed(job.ReasonLogin, "login: refused at 16:31:32 UTC, next try 16:34:32 UTC or when the secret changes")
				s.Up, s.Failure, s.ListFailure, s.Login = false, refused, refused, upstream.LoginStatus{State: "resting", Failure: refused}
			},
			"vcenter vsphere down: login https://vcenter.example.com no jobs read 10 s ago in 420 ms, login resting " +
				"login: refused at 16:31:32 UTC, next try 16:34:32 UTC or when the secret changes", "target down",
		},
		"up, but its list fails and it wants a pause": {
			func(s *collector.TargetStatus) {
				s.ListFailure, s.PausedUntil = failed(job.ReasonForbidden, "GET list: answered 403 Forbidden"), after(time.Minute)
			},
			"vcenter vsphere up https://vcenter.example.com no jobs read 10 s ago in 420 ms " +
				"listing: GET list: answered 403 Forbidden asked to be left alone until 12:01:00 UTC", "target up",
		},
	} {
		t.Run(name, func(t *testing.T) {
			status := target("vsphere", "vcenter")
			test.change(&status)
			card := showJobs(t, []collector.TargetStatus{status}, "").one(t, ".target")
			if card.text() != test.want || card.attributes["class"] != test.class {
				t.Errorf("%s: %q, want %q", card.attributes["class"], card.text(), test.want)
			}
		})
	}
}

// Of many targets only those are shown that are not up, unless somebody asks.
func TestManyTargets(t *testing.T) {
	var targets []collector.TargetStatus
	for i := range 30 {
		one := target("vsphere", fmt.Sprintf("vcenter-%02d", i))
		one.Up = i != 17
		targets = append(targets, one)
	}
	page := showJobs(t, targets, "target=vcenter-05")
	want := []string{"vcenter-05 vsphere up", "vcenter-17 vsphere down", "28 more targets, none of them down. Show all targets"}
	var got []string
	for i, card := range page.all(".target") {
		text := card.text()
		if i < 2 {
			text = card.all(".line")[0].text()
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the strip shows %q, want %q", got, want)
	}
	if all := showJobs(t, targets, "targets=all").all(".target"); len(all) != 31 {
		t.Errorf("all targets are %d", len(all))
	}
}
