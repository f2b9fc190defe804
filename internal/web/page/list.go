package page

import (
	"fmt"
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// jobsPerPage keeps the page light enough for a phone, however many jobs there are.
const jobsPerPage = 100

// listView is all that the template of the list of jobs shows.
type listView struct {
	frame
	// Here is the page's own address, and Pause the same with its refresh turned
	// on or off.
	Here  string
	Pause string

	Banners []banner
	Targets targetsView
	States  []stateLink
	Form    formView
	Columns []columnView

	AnyTarget bool
	AnyJob    bool
	Rows      []row
	First     int
	Last      int
	Matching  int
	Page      int
	Pages     int
	Previous  string
	Next      string
}

// stateLink adds a state to the filter, or takes it away.
type stateLink struct {
	State   string
	Class   string
	Count   int
	Link    string
	Current bool
}

// columnView is the head of a column, which sorts by it.
type columnView struct {
	Heading string
	Link    string
	// Order is ascending, descending or none.
	Order string
}

// formView is the filter that people type.
type formView struct {
	Search  string
	Systems []option
	Targets []option
	Kinds   []option
	// Labels are those in force, each with the address that takes it away.
	Labels []labelLink
	// KnownLabels are offered where somebody types one.
	KnownLabels []string
	// Hidden is the rest of the request.
	Hidden   []hidden
	Narrowed bool
	Clear    string
}

type hidden struct{ Name, Value string }

// option is one choice of a select element.
type option struct {
	Value    string
	Selected bool
}

// newListView chooses and sorts the jobs that a request asks for. Only those
// of the one page are made ready to be shown.
func newListView(targets []collector.TargetStatus, asked request, moment shown.Moment) *listView {
	selected := shown.Select(targets, asked.Filter, moment)
	v := &listView{
		frame:     newFrame("Jobs", asked.paused, moment.Now),
		Here:      asked.link(),
		Pause:     pausedLink(asked),
		Targets:   newTargetsView(targets, asked, moment),
		States:    stateLinks(selected, asked),
		Form:      newFormView(targets, asked),
		Columns:   columnViews(asked),
		AnyTarget: len(targets) > 0,
		AnyJob:    selected.Known > 0,
	}
	if selected.NeedAttention > 0 {
		v.Title = fmt.Sprintf("%d need attention - Jobs", selected.NeedAttention)
	}
	v.addPage(selected.Jobs, asked, moment)
	return v
}

func pausedLink(asked request) string {
	asked.paused = !asked.paused
	return asked.link()
}

// stateLinks are the states that any job is in.
func stateLinks(selected shown.Selection, asked request) []stateLink {
	all := asked.with(func(r *request) { r.States, r.Attention = nil, false })
	urgent := asked.with(func(r *request) { r.Attention = !r.Attention })
	links := []stateLink{
		{"all", "", selected.All, all.link(), len(asked.States) == 0 && !asked.Attention},
		{"need attention", "attention", selected.NeedAttention, urgent.link(), asked.Attention},
	}
	for _, state := range shown.States() {
		current := slices.Contains(asked.States, state)
		if count := selected.ByState[state]; count > 0 || current {
			links = append(links, stateLink{state, state, count, asked.toggled(state).link(), current})
		}
	}
	return links
}

func columnViews(asked request) []columnView {
	headings := map[string]string{
		"state": "State", "name": "Job", "target": "Target", "progress": "Progress", "age": "Age", "changed": "Changed", "expires": "Expires",
	}
	var columns []columnView
	for _, by := range shown.Columns() {
		order := "none"
		switch {
		case asked.Sort.By == by && asked.Sort.Reversed:
			order = "descending"
		case asked.Sort.By == by:
			order = "ascending"
		}
		columns = append(columns, columnView{headings[by], asked.sorted(by).link(), order})
	}
	return columns
}

// newFormView fills the form. What the URL asks for is always among the choices,
// or the form would show another filter than is in force.
func newFormView(targets []collector.TargetStatus, asked request) formView {
	systems, names, kinds, labels := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for t := range targets {
		systems[targets[t].System], names[targets[t].Name] = true, true
		for i := range targets[t].Jobs {
			known := &targets[t].Jobs[i]
			kinds[known.Job.Kind] = true
			for name, value := range known.Labels {
				if len(labels) < mostLabelsOffered {
					labels[name+"="+value] = true
				}
			}
		}
	}
	form := formView{
		Search: asked.Search, Systems: options(systems, asked.System), Targets: options(names, asked.Target), Kinds: options(kinds, asked.Kind),
		KnownLabels: sorted(labels), Hidden: hiddenOf(asked), Narrowed: asked.Narrows(), Clear: asked.cleared().link(),
	}
	for _, label := range asked.Labels {
		form.Labels = append(form.Labels, labelLink{label, asked.withoutLabel(label).link()})
	}
	return form
}

// mostLabelsOffered keeps the page light.
const mostLabelsOffered = 100

func sorted(set map[string]bool) []string {
	words := make([]string, 0, len(set))
	for word := range set {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

func options(values map[string]bool, selected string) []option {
	if selected != "" {
		values[selected] = true
	}
	made := make([]option, 0, len(values))
	for _, value := range sorted(values) {
		made = append(made, option{Value: value, Selected: value == selected})
	}
	return made
}

// hiddenOf is what the form keeps of a request without showing it.
func hiddenOf(asked request) []hidden {
	var kept []hidden
	for _, state := range asked.States {
		kept = append(kept, hidden{"state", state})
	}
	for _, label := range asked.Labels {
		kept = append(kept, hidden{"label", label})
	}
	for _, one := range []struct {
		name, value string
		given       bool
	}{
		{"attention", "true", asked.Attention},
		{"sort", asked.Sort.String(), asked.Sort.By != ""},
		{"refresh", "off", asked.paused},
		{"targets", "all", asked.allTargets},
	} {
		if one.given {
			kept = append(kept, hidden{one.name, one.value})
		}
	}
	return kept
}

// addPage makes the rows of the page asked for, or of the last one there is.
func (v *listView) addPage(jobs []shown.Job, asked request, moment shown.Moment) {
	v.Matching = len(jobs)
	v.Pages = max(1, (v.Matching+jobsPerPage-1)/jobsPerPage)
	v.Page = min(asked.page, v.Pages)
	first := (v.Page - 1) * jobsPerPage
	last := min(first+jobsPerPage, v.Matching)
	v.First, v.Last = first+1, last
	for i := range jobs[first:last] {
		v.Rows = append(v.Rows, newRow(&jobs[first+i], asked, moment.Now))
	}
	if v.Page > 1 {
		v.Previous = asked.at(v.Page - 1).link()
	}
	if v.Page < v.Pages {
		v.Next = asked.at(v.Page + 1).link()
	}
}

func (r request) at(page int) request {
	r.page = page
	return r
}
