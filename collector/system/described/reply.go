package described

import (
	"errors"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// errNotOK is the answer to a reply that says itself that it is none.
var errNotOK = errors.New("the reply says that the request failed (ok)")

// job makes a job of a status reply, or of an item of a list that stands for one.
func (r *reader) job(e *evaluation, reply any) (*job.Job, error) {
	f := &r.d.fields
	if e.value("ok", r.d.ok, reply) == false {
		return nil, errNotOK
	}
	word := e.text("fields.state", f.state, reply)
	if word == "" {
		return nil, decode.ErrNoState
	}
	found := &job.Job{
		Name:          e.text("fields.name", f.name, reply),
		State:         r.states.meaning(word),
		UpstreamState: word,
		Progress:      e.progress("fields.progress", f.progress, reply),
		Created:       e.time("fields.created", f.created, reply),
		Started:       e.time("fields.start", f.start, reply),
		Ended:         e.time("fields.end", f.end, reply),
		LastUpdate:    e.time("fields.last_update", f.lastUpdate, reply),
		Expiration:    e.time("fields.expiration", f.expiration, reply),
		Error:         job.Error{ID: e.text("fields.error_id", f.errorID, reply)},
	}
	if f.errorText != nil {
		found.Error.Message = job.ErrorText(textOf(e.value("fields.error", f.errorText, reply)))
	}
	found.Info = r.info(e, reply)
	if r.d.parts != nil && r.d.parts.request == nil {
		found.Parts = r.parts(e, reply)
	}
	return found, nil
}

// info are the values of the labels of the info metric; nil where the reply has none.
func (r *reader) info(e *evaluation, reply any) []string {
	labels := make([]string, 0, len(r.d.fields.info))
	for _, field := range r.d.fields.info {
		labels = append(labels, e.text("fields.info."+field.label, field.value, reply))
	}
	return decode.Labels(labels...)
}

// mostParts is the number of parts that are kept of one job.
const mostParts = 10_000

// parts are the parts that a reply names; empty where it names none.
func (r *reader) parts(e *evaluation, reply any) []job.Part {
	p := r.d.parts
	items, _ := e.value("parts.items", p.items, reply).([]any)
	items = items[:min(len(items), mostParts)]
	found := make([]job.Part, 0, len(items))
	for _, item := range items {
		part := job.Part{
			Name:     e.text("parts.name", p.name, item),
			Kind:     e.text("parts.kind", p.kind, item),
			Progress: e.progress("parts.progress", p.progress, item),
		}
		if word := e.text("parts.state", p.state, item); word == "" {
			part.State = job.Unknown
		} else {
			part.State = r.partStates.meaning(word)
		}
		if part.Name != "" {
			found = append(found, part)
		}
	}
	return found
}
