package collector

import (
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// learnKinds takes the kinds that a list says for named jobs whose kind nobody
// has named: the one that was assumed for them may be another.
func (l *jobList) learnKinds(listed []system.Listed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	learned := false
	for i := range listed {
		kind := listed[i].Job.Kind
		at, named := l.place(listed[i].Job.ID)
		if !named || kind == "" || !l.known[at].job.KindAssumed || l.known[at].job.Kind == kind {
			continue
		}
		if !learned { // scrapes under way have the old ones
			learned, l.known = true, slices.Clone(l.known)
		}
		if l.kinds == nil {
			l.kinds = map[string]string{}
		}
		l.kinds[listed[i].Job.ID] = kind
		l.known[at].job = l.withKind(l.known[at].job)
	}
}

// withKind is a job with the kind that was learned for it.
func (l *jobList) withKind(named *config.Job) *config.Job {
	kind, learned := l.kinds[named.ID]
	if !learned || !named.KindAssumed {
		return named
	}
	corrected := *named
	corrected.Kind = kind
	return &corrected
}
