package shown

import (
	"net/url"
	"slices"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// Filter is which jobs a request asks for, and in which order. A value that
// nothing has is no error: then nothing matches.
type Filter struct {
	// States are those wanted; empty: all.
	States []string
	// Attention leaves only jobs that need somebody.
	Attention bool
	// System, Target and Kind are those of the jobs; empty: any.
	System string
	Target string
	Kind   string
	// Labels are what the jobs must all have: NAME=VALUE, or a NAME alone.
	Labels []string
	// Search is part of a job's name, its id or a label, in any case.
	Search string
	Sort   Sort
}

// ParseFilter reads a query. Of a parameter that may stand once the first
// counts; others are ignored.
func ParseFilter(query url.Values) Filter {
	return Filter{
		States:    given(query["state"]),
		Attention: query.Get("attention") == "true",
		System:    query.Get("system"),
		Target:    query.Get("target"),
		Kind:      query.Get("kind"),
		Labels:    given(query["label"]),
		Search:    strings.TrimSpace(query.Get("search")),
		Sort:      parseSort(query.Get("sort")),
	}
}

// given are the values that a form filled in, each once.
func given(values []string) []string {
	var given []string
	for _, value := range values {
		if value = strings.TrimSpace(value); value != "" && !slices.Contains(given, value) {
			given = append(given, value)
		}
	}
	return given
}

// Query is the query that ParseFilter reads.
func (f Filter) Query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{
		"system": f.System, "target": f.Target, "kind": f.Kind, "search": f.Search, "sort": f.Sort.String(),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.Attention {
		query.Set("attention", "true")
	}
	if len(f.States) > 0 {
		query["state"] = f.States
	}
	if len(f.Labels) > 0 {
		query["label"] = f.Labels
	}
	return query
}

// Narrows reports whether there is anything to clear.
func (f Filter) Narrows() bool {
	return len(f.States)+len(f.Labels) > 0 || f.Attention || f.System != "" || f.Target != "" || f.Kind != "" || f.Search != ""
}

// matches reports whether a job is asked for, apart from its state and whether
// it needs somebody: so that it can be told how many there are of the others.
func (f Filter) matches(status *collector.JobStatus) bool {
	return (f.System == "" || f.System == status.System) &&
		(f.Target == "" || f.Target == status.Target) &&
		(f.Kind == "" || f.Kind == status.Job.Kind) &&
		f.matchesLabels(status) && f.matchesSearch(status)
}

func (f Filter) matchesLabels(status *collector.JobStatus) bool {
	for _, wanted := range f.Labels {
		name, value, valued := strings.Cut(wanted, "=")
		has, ok := status.Labels[name]
		if !ok || valued && has != value {
			return false
		}
	}
	return true
}

func (f Filter) matchesSearch(status *collector.JobStatus) bool {
	if f.Search == "" {
		return true
	}
	part := strings.ToLower(f.Search)
	if containsFold(status.Name, part) || containsFold(status.Job.ID, part) {
		return true
	}
	for name, value := range status.Labels {
		if containsFold(name+"="+value, part) {
			return true
		}
	}
	return false
}

// containsFold reports whether a text has a part that is in lower case, in any case.
func containsFold(text, part string) bool { return strings.Contains(strings.ToLower(text), part) }

func (f Filter) matchesState(of Job) bool {
	return (len(f.States) == 0 || slices.Contains(f.States, of.State)) && (!f.Attention || len(of.Attention) > 0)
}
