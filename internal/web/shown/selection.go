package shown

import (
	"errors"
	"net/url"
	"slices"

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

// ErrUnknown is the error of naming a job that nobody knows.
var ErrUnknown = errors.New("no such job is known")

// ErrAmbiguous is the error of naming a job without its target where several
// targets have one of this id.
var ErrAmbiguous = errors.New("several targets have a job of this id: target must name one")

// Key names one job. Of jobs that only /probe asked for several may have one id.
type Key struct {
	ID string
	// Target, Kind, Type and Path are empty where they do not matter.
	Target string
	Kind   string
	Type   string
	Path   string
}

// KeyOf is the key that a query holds.
func KeyOf(query url.Values) Key {
	return Key{
		ID: query.Get("job_id"), Target: query.Get("target"),
		Kind: query.Get("kind"), Type: query.Get("type"), Path: query.Get("path"),
	}
}

// Find finds the job of a key, and its target.
func Find(targets []collector.TargetStatus, key Key, m Moment) (target *collector.TargetStatus, found Job, err error) {
	for t := range targets {
		at := slices.IndexFunc(targets[t].Jobs, func(status collector.JobStatus) bool { return key.names(&status) })
		switch {
		case at < 0:
		case target != nil:
			return nil, Job{}, ErrAmbiguous
		default:
			target, found = &targets[t], newJob(&targets[t].Jobs[at], m)
		}
	}
	if target == nil {
		return nil, Job{}, ErrUnknown
	}
	return target, found, nil
}

func (k Key) names(status *collector.JobStatus) bool {
	return status.Job.ID == k.ID &&
		(k.Target == "" || k.Target == status.Target) &&
		(k.Kind == "" || k.Kind == status.Job.Kind) &&
		(k.Type == "" || k.Type == status.Job.Type) &&
		(k.Path == "" || k.Path == status.Job.Path)
}
