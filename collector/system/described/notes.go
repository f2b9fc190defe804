package described

import (
	"fmt"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
)

// Notes tell who wrote the description what became of it: how its values are
// found, and which alerts can never be raised for its jobs.
func (s *System) Notes() []string {
	return append([]string{s.d.howFound()}, s.d.blindAlerts()...)
}

// howFound says which values are plain paths, and which cost a run of jq.
func (d *definition) howFound() string {
	var byPath, byJQ []string
	for _, field := range d.named() {
		switch {
		case field.value == nil:
		case field.value.Plain():
			byPath = append(byPath, field.key)
		default:
			byJQ = append(byJQ, field.key)
		}
	}
	return fmt.Sprintf("plain paths: %s; expressions: %s", listOf(byPath), listOf(byJQ))
}

func listOf(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	return strings.Join(keys, ", ")
}

// named is an expression with its key.
type named struct {
	key   string
	value *expression.Expression
}

// named are all expressions of a status reply, and those of the list and the parts.
func (d *definition) named() []named {
	f := &d.fields
	all := []named{
		{"state", f.state},
		{"name", f.name},
		{"progress", firstSet(f.progress.percent, f.progress.ratio, f.progress.done)},
		{"progress.total", f.progress.total},
		{"created", f.created},
		{"start", f.start},
		{"end", f.end},
		{"last_update", f.lastUpdate},
		{"expiration", f.expiration},
		{"error_id", f.errorID},
		{"error", f.errorText},
	}
	for _, field := range f.info {
		all = append(all, named{"info." + field.label, field.value})
	}
	all = append(all, named{"ok", d.ok}, named{"gone", d.gone.when})
	if p := d.parts; p != nil {
		all = append(all, named{"parts.items", p.items}, named{"parts.name", p.name}, named{"parts.kind", p.kind}, named{"parts.state", p.state})
	}
	if l := d.list; l != nil {
		all = append(all, named{"list.items", l.items}, named{"list.id", l.id}, named{"list.name", l.name})
	}
	return all
}

// blindAlerts say which alerts cannot see the jobs, and why.
func (d *definition) blindAlerts() []string {
	var blind []string
	cannot := func(is bool, alert, why string) {
		if is {
			blind = append(blind, alert+" cannot see its jobs: "+why)
		}
	}
	f := &d.fields
	cannot(!f.progress.known() && f.lastUpdate == nil && d.parts == nil, "AsyncJobStalled", "neither progress nor last_update nor parts")
	cannot(!d.means(job.Failed), "AsyncJobFailed", "no word means failed")
	cannot(!d.means(job.Canceled), "AsyncJobCanceled", "no word means canceled")
	cannot(!d.means(job.Pending), "AsyncJobPending", "no word means pending")
	cannot(f.expiration == nil, "AsyncJobExpired", "no expiration")
	cannot(d.gone.never, "AsyncJobGone", "gone is false")
	return blind
}

// means reports whether any word means a state.
func (d *definition) means(state job.State) bool {
	return d.states.otherwise == state || d.states.known[state]
}
