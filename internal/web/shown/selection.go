package shown

import (
	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// Selection is what a filter leaves of all jobs.
type Selection struct {
	// Jobs are those that match, in the order asked for.
	Jobs []Job
	// ByState counts all that match apart from their state and attention, and
	// NeedAttention those of them that need somebody.
	ByState       map[string]int
	All           int
	NeedAttention int
	// Known is the number of all jobs.
	Known int
}

// Select looks at all jobs as of a moment.
func Select(targets []collector.TargetStatus, filter Filter, m Moment) Selection {
	selected := Selection{ByState: map[string]int{}}
	for t := range targets {
		jobs := targets[t].Jobs
		selected.Known += len(jobs)
		for i := range jobs {
			if filter.matches(&jobs[i]) {
				selected.add(newJob(&jobs[i], m), filter)
			}
		}
	}
	filter.Sort.order(selected.Jobs)
	return selected
}

func (s *Selection) add(found Job, filter Filter) {
	s.All++
	s.ByState[found.State]++
	if len(found.Attention) > 0 {
		s.NeedAttention++
	}
	if filter.matchesState(found) {
		s.Jobs = append(s.Jobs, found)
	}
}

// Key names one job. Of jobs that only /probe asked for several may have one id.
type Key struct {
	Target string
	ID     string
	// Kind, Type and Path are empty where they do not matter.
	Kind string
	Type string
	Path string
}

// Find finds the job of a key, and its target.
func Find(targets []collector.TargetStatus, key Key, m Moment) (target *collector.TargetStatus, found Job, ok bool) {
	for t := range targets {
		for i := range targets[t].Jobs {
			status := &targets[t].Jobs[i]
			if key.names(status) {
				return &targets[t], newJob(status, m), true
			}
		}
	}
	return nil, Job{}, false
}

func (k Key) names(status *collector.JobStatus) bool {
	return status.Target == k.Target && status.Job.ID == k.ID &&
		(k.Kind == "" || k.Kind == status.Job.Kind) &&
		(k.Type == "" || k.Type == status.Job.Type) &&
		(k.Path == "" || k.Path == status.Job.Path)
}
