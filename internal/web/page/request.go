package page

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// request is what the URL of the list of jobs asks for.
type request struct {
	shown.Filter
	// page counts from 1.
	page int
	// paused keeps the page from being brought up to date by itself.
	paused bool
	// allTargets shows each of many targets.
	allTargets bool
}

// parseRequest reads a query. A page that is no number is the first one.
func parseRequest(query url.Values) request {
	page, err := strconv.Atoi(query.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	return request{
		Filter:     shown.ParseFilter(query),
		page:       page,
		paused:     query.Get("refresh") == "off",
		allTargets: query.Get("targets") == "all",
	}
}

// link is the address of the page with this request, relative, so that it holds
// behind a proxy that puts a prefix before it.
func (r request) link() string {
	query := r.Query()
	if r.page > 1 {
		query.Set("page", strconv.Itoa(r.page))
	}
	if r.paused {
		query.Set("refresh", "off")
	}
	if r.allTargets {
		query.Set("targets", "all")
	}
	if len(query) == 0 {
		return "jobs"
	}
	return "jobs?" + query.Encode()
}

// with is the request changed, at its first page.
func (r request) with(change func(*request)) request {
	r.page = 1
	change(&r)
	return r
}

// toggled is the request with a state more, or without one that it had.
func (r request) toggled(state string) request {
	return r.with(func(r *request) {
		if slices.Contains(r.States, state) {
			r.States = slices.DeleteFunc(slices.Clone(r.States), func(s string) bool { return s == state })
		} else {
			r.States = append(slices.Clone(r.States), state)
		}
	})
}

// withLabel is the request for jobs with one more label.
func (r request) withLabel(label string) request {
	return r.with(func(r *request) {
		if !slices.Contains(r.Labels, label) {
			r.Labels = append(slices.Clone(r.Labels), label)
		}
	})
}

func (r request) withoutLabel(label string) request {
	return r.with(func(r *request) {
		r.Labels = slices.DeleteFunc(slices.Clone(r.Labels), func(l string) bool { return l == label })
	})
}

// sorted is the request in the order of a column, or in the other direction
// where it is that already, or in that of urgency where it is that too.
func (r request) sorted(by string) request {
	return r.with(func(r *request) {
		switch {
		case r.Sort.By != by:
			r.Sort = shown.Sort{By: by}
		case !r.Sort.Reversed:
			r.Sort.Reversed = true
		default:
			r.Sort = shown.Sort{}
		}
	})
}

// cleared is the request that all jobs pass.
func (r request) cleared() request {
	return request{page: 1, paused: r.paused, allTargets: r.allTargets, Filter: shown.Filter{Sort: r.Sort}}
}
