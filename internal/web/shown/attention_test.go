package shown

import (
	"slices"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

func now() time.Time { return time.Date(2026, 10, 30, 12, 0, 0, 0, time.UTC) }

func before(d time.Duration) time.Time { return now().Add(-d) }

// readJob is a job that was read just now, and came into its state long ago.
func readJob(state job.State, change func(*job.Job, *collector.JobStatus)) collector.JobStatus {
	last := &job.Job{State: state}
	status := collector.JobStatus{
		Job: config.Job{ID: "1", Kind: "update"}, Last: last, ReadAt: now(), FirstSeen: before(40 * time.Minute),
		Changes: []job.Change{{At: before(40 * time.Minute), State: state}},
	}
	change(last, &status)
	return status
}

func TestWhatNeedsAttention(t *testing.T) {
	type (
		read   = *job.Job
		status = *collector.JobStatus
	)
	for name, test := range map[string]struct {
		status collector.JobStatus
		want   []Reason
		words  string
	}{
		"nothing":         {readJob(job.Running, func(read, status) {}), nil, ""},
		"failed":          {readJob(job.Failed, func(j read, _ status) { j.Error.Message = "disk full" }), []Reason{Failed}, "disk full"},
		"failed silently": {readJob(job.Failed, func(read, status) {}), []Reason{Failed}, "the upstream gave no reason"},
		"failed with a word alone": {
			readJob(job.Failed, func(j read, _ status) { j.UpstreamState = "Rejected" }), []Reason{Failed}, "the upstream says only “Rejected”",
		},
		"failed with a code and a status": {
			readJob(job.Failed, func(j read, _ status) { j.Error.ID, j.ResultStatusCode = "E1", new(409.0) }), []Reason{Failed}, "E1: result status 409",
		},
		"succeeded, though it took long":  {readJob(job.Succeeded, func(_ read, s status) { s.MaxDuration = time.Minute }), nil, ""},
		"expired":                         {readJob(job.Expired, func(read, status) {}), []Reason{Expired}, "it ran out before it was completed"},
		"nothing moves that could":        {readJob(job.Running, func(j read, _ status) { j.Progress = new(0.5) }), []Reason{Stalled}, "nothing has changed for 40 min"},
		"nothing moves, and nobody looks": {readJob(job.Running, func(j read, s status) { j.Progress, s.ReadAt = new(0.5), before(15*time.Minute) }), nil, ""},
		"it moved a while ago":            {readJob(job.Running, func(j read, s status) { j.Progress, s.MovedAt = new(0.5), before(29*time.Minute) }), nil, ""},
		"it moved long ago": {
			readJob(job.Running, func(j read, s status) { j.Progress, s.MovedAt = new(0.5), before(31*time.Minute) }), []Reason{Stalled}, "nothing has changed for 31 min",
		},
		"it waits, and that is no stall": {readJob(job.Pending, func(j read, _ status) { j.Progress = new(0.0) }), nil, ""},
		"files failed": {
			readJob(job.Pending, func(j read, _ status) {
				j.Files = []job.File{{Name: "a", State: job.Failed}, {}, {Name: "b", State: job.Failed}}
			}),
			[]Reason{FileFailed},
			"a and 1 more",
		},
		"a part failed": {
			readJob(job.Running, func(j read, _ status) { j.Parts = []job.Part{{Name: "build"}, {Name: "test", State: job.Failed}} }),
			[]Reason{Stalled, PartFailed},
			"nothing has changed for 40 min",
		},
		"a file failed, but the job is done": {
			readJob(job.Succeeded, func(j read, _ status) { j.Files = []job.File{{Name: "a", State: job.Failed}} }), nil, "",
		},
		"a data center failed, but the job is done": {
			readJob(job.Succeeded, func(j read, _ status) { j.DataCenters = []job.DataCenter{{Name: "us2", State: job.Failed}} }),
			[]Reason{DataCenterFailed},
			"us2",
		},
		"a data center failed with the job": {
			readJob(job.Failed, func(j read, _ status) { j.DataCenters = []job.DataCenter{{Name: "us2", State: job.Failed}} }),
			[]Reason{Failed},
			"the upstream gave no reason",
		},
		"a warning": {
			readJob(job.Pending, func(j read, _ status) { j.Preview = &job.Preview{Warnings: []job.PreviewWarning{{Type: "UNTRUSTED"}}} }),
			[]Reason{Warned},
			"UNTRUSTED: completing it will fail",
		},
		"an ignored warning": {
			readJob(job.Pending, func(j read, _ status) {
				j.Preview = &job.Preview{Warnings: []job.PreviewWarning{{Type: "UNTRUSTED", Ignored: true}}}
			}), nil, "",
		},
		"little time left": {readJob(job.Pending, func(j read, _ status) { j.Expiration = now().Add(119 * time.Second) }), []Reason{Expiring}, "in 1 min 59 s"},
		"no time left":     {readJob(job.Pending, func(j read, _ status) { j.Expiration = before(time.Second) }), []Reason{Expiring}, "its time was up 1 s ago"},
		"time enough":      {readJob(job.Pending, func(j read, _ status) { j.Expiration = now().Add(2 * time.Minute) }), nil, ""},
		"a download's end": {
			readJob(job.Pending, func(j read, s status) { j.Expiration, s.Job.Kind = now().Add(time.Second), "download" }), nil, "",
		},
		"it takes too long": {
			readJob(job.Running, func(j read, s status) { j.Started, s.MaxDuration = before(25*time.Hour), 24*time.Hour }),
			[]Reason{TooLong},
			"for 1 d 1 h, longer than 1 d",
		},
		"it cannot be read": {
			readJob(job.Running, func(_ read, s status) { s.Failure = &upstream.Failure{Reason: job.ReasonTLS, Message: "expired"} }),
			[]Reason{CannotBeRead},
			"tls: expired",
		},
		"it was done before reading failed": {
			readJob(job.Succeeded, func(_ read, s status) { s.Failure = &upstream.Failure{Reason: job.ReasonTLS, Message: "expired"} }), nil, "",
		},
		"an id with a typo": {
			readJob(job.Gone, func(_ read, s status) { s.FirstSeen = time.Time{} }), []Reason{NotFound}, "the upstream knows no job of this id: check it for a typo",
		},
		"it is gone": {readJob(job.Gone, func(read, status) {}), nil, ""},
		"a word in no table": {
			readJob(job.Unknown, func(j read, _ status) { j.UpstreamState = "Odd" }), []Reason{UnknownState}, "the upstream says “Odd”",
		},
		"it waits for long": {
			readJob(job.Pending, func(_ read, s status) { s.Changes[0].At = before(61 * time.Minute) }), []Reason{Waiting}, "for 1 h 1 min",
		},
		"several things, the most urgent first": {
			readJob(job.Running, func(j read, s status) {
				j.Progress, j.Files, j.Expiration = new(0.1), []job.File{{Name: "a", State: job.Failed}}, now()
				j.Started, s.MaxDuration = before(2*time.Hour), time.Hour
			}), []Reason{Stalled, FileFailed, Expiring, TooLong}, "nothing has changed for 40 min",
		},
		"never read": {collector.JobStatus{}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			found := newJob(&test.status, Moment{Now: now()})
			if !slices.Equal(found.Attention, test.want) {
				t.Fatalf("it needs attention for %q, want %q", found.Attention, test.want)
			}
			if len(test.want) > 0 {
				if words := found.Attention[0].Words(found.JobStatus, now()); words != test.words {
					t.Errorf("it says %q, want %q", words, test.words)
				}
			}
		})
	}
}

// Each reason has its place, its alert, and jobs that have it come before those
// that have none.
func TestReasonsAreRanked(t *testing.T) {
	alerts := map[string]bool{}
	for _, reason := range Reasons() {
		alerts[reason.Alert()] = true
	}
	if len(alerts) != len(Reasons()) || alerts[""] {
		t.Errorf("%d reasons have the alerts %v", len(Reasons()), alerts)
	}
	failed := func(id string, ago time.Duration) collector.JobStatus {
		status := readJob(job.Failed, func(j *job.Job, _ *collector.JobStatus) { j.Ended = before(ago) })
		status.Job.ID = id
		return status
	}
	urgent := readJob(job.Pending, func(_ *job.Job, s *collector.JobStatus) { s.Changes[0].At = before(2 * time.Hour) })
	canceled := readJob(job.Canceled, func(*job.Job, *collector.JobStatus) {})
	running := readJob(job.Running, func(*job.Job, *collector.JobStatus) {})
	selected := Select([]collector.TargetStatus{{Jobs: []collector.JobStatus{
		canceled, failed("long ago", 50*time.Hour), running, failed("just now", time.Minute), urgent,
	}}}, Filter{}, Moment{Now: now()})
	var states []string
	for _, found := range selected.Jobs {
		states = append(states, found.State+" "+found.JobStatus.Job.ID)
	}
	if !slices.Equal(states, []string{"failed just now", "failed long ago", "pending 1", "running 1", "canceled 1"}) {
		t.Errorf("the order is %q", states)
	}
}

func TestEstimatedEnd(t *testing.T) {
	running := func(change func(*job.Job, *collector.JobStatus)) collector.JobStatus {
		return readJob(job.Running, func(j *job.Job, s *collector.JobStatus) {
			j.Progress, j.Started, s.MovedAt = new(0.25), before(20*time.Minute), now()
			change(j, s)
		})
	}
	for name, test := range map[string]struct {
		status collector.JobStatus
		want   time.Time
	}{
		"a quarter in twenty minutes": {running(func(*job.Job, *collector.JobStatus) {}), now().Add(time.Hour)},
		"since its creation":          {running(func(j *job.Job, _ *collector.JobStatus) { j.Created, j.Started = j.Started, time.Time{} }), now().Add(time.Hour)},
		"nobody knows since when":     {running(func(j *job.Job, _ *collector.JobStatus) { j.Started = time.Time{} }), time.Time{}},
		"nobody knows how far":        {running(func(j *job.Job, _ *collector.JobStatus) { j.Progress = nil }), time.Time{}},
		"it has hardly begun":         {running(func(j *job.Job, _ *collector.JobStatus) { j.Progress = new(0.001) }), time.Time{}},
		"all is sent":                 {running(func(j *job.Job, _ *collector.JobStatus) { j.Progress = new(1.0) }), time.Time{}},
		"it waits":                    {running(func(j *job.Job, _ *collector.JobStatus) { j.State = job.Pending }), time.Time{}},
		"it does not go on":           {running(func(_ *job.Job, s *collector.JobStatus) { s.MovedAt = before(time.Hour) }), time.Time{}},
		"it cannot be read":           {running(func(_ *job.Job, s *collector.JobStatus) { s.Failure = &upstream.Failure{} }), time.Time{}},
		"it should be done by its pace": {running(func(_ *job.Job, s *collector.JobStatus) {
			s.ReadAt, s.Last.Progress = before(19*time.Minute), new(0.99)
		}), now()},
		"it began by another clock's time": {running(func(j *job.Job, _ *collector.JobStatus) { j.Started = now().Add(time.Minute) }), time.Time{}},
	} {
		if got := EstimatedEnd(&test.status, now()); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestSpansOfTime(t *testing.T) {
	for d, want := range map[time.Duration][3]string{
		-time.Second:                     {"0 s", "0 s", "0 s"},
		999 * time.Millisecond:           {"0 s", "0 s", "0 s"},
		59 * time.Second:                 {"59 s", "59 s", "59 s"},
		time.Minute:                      {"1 min", "1 min", "1 min"},
		time.Hour - time.Nanosecond:      {"59 min 59 s", "59 min", "59 min"},
		time.Hour + 59*time.Second:       {"1 h", "1 h", "1 h"},
		24*time.Hour - time.Minute:       {"23 h 59 min", "23 h", "23 h"},
		49*time.Hour + 30*time.Minute:    {"2 d 1 h", "2 d 1 h", "2 d"},
		1000 * 24 * time.Hour:            {"1000 d", "1000 d", "1000 d"},
		time.Duration(1<<63 - 1):         {"106751 d 23 h", "106751 d", "106751 d"},
		90*time.Minute + 45*time.Second:  {"1 h 30 min", "1 h 30 min", "1 h"},
		61*time.Second + time.Nanosecond: {"1 min 1 s", "1 min 1 s", "1 min"},
	} {
		if got := [3]string{Span(d), Brief(d), Rough(d)}; got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
}
