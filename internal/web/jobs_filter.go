package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// jobsFilter is what the URL of the page of jobs asks for. Empty: no filter.
// A value that nothing has is no error: then nothing matches.
type jobsFilter struct {
	state  string
	system string
	target string
	// search is part of a job's name or id, in any case.
	search string
	// page counts from 1.
	page int
	// paused keeps the page from loading itself again.
	paused bool
}

// parseJobsFilter reads a query. Of a repeated parameter the first counts;
// parameters of other names, and a page that is no number, are ignored.
func parseJobsFilter(query url.Values) jobsFilter {
	page, err := strconv.Atoi(query.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	return jobsFilter{
		state:  query.Get("state"),
		system: query.Get("system"),
		target: query.Get("target"),
		search: strings.TrimSpace(query.Get("search")),
		page:   page,
		paused: query.Get("refresh") == "off",
	}
}

// matches reports whether a job is asked for, apart from its state, so that
// the page can tell how many there are in the others.
func (f jobsFilter) matches(status *collector.JobStatus) bool {
	return (f.system == "" || f.system == status.System) &&
		(f.target == "" || f.target == status.Target) &&
		(f.search == "" || containsFold(status.Job.Name, f.search) || containsFold(status.Job.ID, f.search))
}

func (f jobsFilter) matchesState(state string) bool { return f.state == "" || f.state == state }

// narrows reports whether there is anything to clear.
func (f jobsFilter) narrows() bool {
	return f.state != "" || f.system != "" || f.target != "" || f.search != ""
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// link is the page's address with this filter, relative, so that it holds
// behind a proxy that puts a prefix before it.
func (f jobsFilter) link() string {
	query := url.Values{}
	for name, value := range map[string]string{"state": f.state, "system": f.system, "target": f.target, "search": f.search} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if f.page > 1 {
		query.Set("page", strconv.Itoa(f.page))
	}
	if f.paused {
		query.Set("refresh", "off")
	}
	if len(query) == 0 {
		return "jobs"
	}
	return "jobs?" + query.Encode()
}

func (f jobsFilter) withState(state string) jobsFilter {
	f.state, f.page = state, 1
	return f
}

func (f jobsFilter) withPage(page int) jobsFilter {
	f.page = page
	return f
}

func (f jobsFilter) withPaused(paused bool) jobsFilter {
	f.paused = paused
	return f
}

// cleared is the filter that all jobs pass.
func (f jobsFilter) cleared() jobsFilter { return jobsFilter{page: 1, paused: f.paused} }
