package web

import (
	"cmp"
	"html/template"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// jobsPerPage keeps the page light enough for a phone, however many jobs there are.
const jobsPerPage = 100

// jobsView is all that the template of the page of jobs shows.
type jobsView struct {
	CSS     template.CSS
	AsOf    string
	Refresh int // seconds; 0: paused
	// Pause stops the page from loading itself again, or lets it.
	Pause string

	States    []stateLink
	StateOf   []option
	SystemOf  []option
	TargetOf  []option
	Search    string
	Paused    bool
	Narrowed  bool
	Clear     string
	AnyTarget bool
	AnyJob    bool
	AnyRead   bool

	Rows     []jobRow
	First    int
	Last     int
	Matching int
	Page     int
	Pages    int
	Previous string
	Next     string
}

// stateLink leads to the jobs in one state.
type stateLink struct {
	State   string
	Count   int
	Link    string
	Current bool
}

// option is one choice of a select element.
type option struct {
	Value    string
	Selected bool
}

// shownJob is a job with its word for the page.
type shownJob struct {
	*collector.JobStatus

	state   string
	urgency int
}

// newJobsView chooses and sorts the jobs that a request asks for. Only those
// of the one page are made ready to be shown.
func newJobsView(targets []collector.TargetStatus, filter jobsFilter, now time.Time) *jobsView {
	view := &jobsView{
		CSS:       jobsCSS,
		AsOf:      now.UTC().Format("2006-01-02 15:04:05") + " UTC",
		Pause:     filter.withPaused(!filter.paused).link(),
		Paused:    filter.paused,
		Search:    filter.search,
		Narrowed:  filter.narrows(),
		Clear:     filter.cleared().link(),
		AnyTarget: len(targets) > 0,
	}
	if !filter.paused {
		view.Refresh = int(jobsRefresh.Seconds())
	}
	view.addOptions(targets, filter)
	view.addPage(view.selectJobs(targets, filter), filter, now)
	return view
}

// addOptions fills the form. What the URL asks for is always among the
// choices, or the form would show another filter than is in force.
func (v *jobsView) addOptions(targets []collector.TargetStatus, filter jobsFilter) {
	systems, names := []string{}, []string{}
	for _, t := range targets {
		systems, names = append(systems, t.System), append(names, t.Name)
	}
	v.StateOf = options(shownStates(), filter.state)
	v.SystemOf = options(sortedOnce(systems), filter.system)
	v.TargetOf = options(sortedOnce(names), filter.target)
}

func sortedOnce(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

func options(values []string, selected string) []option {
	if selected != "" && !slices.Contains(values, selected) {
		values = append(values, selected)
	}
	made := make([]option, 0, len(values))
	for _, value := range values {
		made = append(made, option{Value: value, Selected: value == selected})
	}
	return made
}

// selectJobs returns the jobs that match, the most urgent first, and counts
// the states of all that match but for their state.
func (v *jobsView) selectJobs(targets []collector.TargetStatus, filter jobsFilter) []shownJob {
	var selected []shownJob
	counts := map[string]int{}
	all := 0
	for _, target := range targets {
		for i := range target.Jobs {
			status := &target.Jobs[i]
			state := shownState(status)
			v.AnyJob = true
			v.AnyRead = v.AnyRead || state != stateUnread
			if !filter.matches(status) {
				continue
			}
			all++
			counts[state]++
			if filter.matchesState(state) {
				selected = append(selected, shownJob{status, state, urgency(state)})
			}
		}
	}
	v.addStates(counts, all, filter)
	slices.SortFunc(selected, byUrgency)
	return selected
}

func byUrgency(a, b shownJob) int {
	return cmp.Or(
		cmp.Compare(a.urgency, b.urgency),
		cmp.Compare(a.Target, b.Target),
		cmp.Compare(a.JobStatus.Job.DisplayName(), b.JobStatus.Job.DisplayName()),
		cmp.Compare(a.Job.ID, b.Job.ID),
		cmp.Compare(a.Job.Kind, b.Job.Kind),
	)
}

// addStates links each state that any job is in.
func (v *jobsView) addStates(counts map[string]int, all int, filter jobsFilter) {
	v.States = append(v.States, stateLink{"all", all, filter.withState("").link(), filter.state == ""})
	for _, state := range shownStates() {
		if counts[state] > 0 || state == filter.state {
			v.States = append(v.States, stateLink{state, counts[state], filter.withState(state).link(), state == filter.state})
		}
	}
}

// addPage makes the rows of the page asked for, or of the last one there is.
func (v *jobsView) addPage(selected []shownJob, filter jobsFilter, now time.Time) {
	v.Matching = len(selected)
	v.Pages = max(1, (v.Matching+jobsPerPage-1)/jobsPerPage)
	v.Page = min(filter.page, v.Pages)
	first := (v.Page - 1) * jobsPerPage
	last := min(first+jobsPerPage, v.Matching)
	v.First, v.Last = first+1, last
	for _, job := range selected[first:last] {
		v.Rows = append(v.Rows, newJobRow(job.JobStatus, job.state, now))
	}
	if v.Page > 1 {
		v.Previous = filter.withPage(v.Page - 1).link()
	}
	if v.Page < v.Pages {
		v.Next = filter.withPage(v.Page + 1).link()
	}
}
