package described

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// reader reads the jobs of one target of a described system.
type reader struct {
	d        *definition
	gate     *gate
	target   *config.Target
	upstream *upstream.Client
	now      func() time.Time

	// values are the target's params; parameters are the same for expressions.
	values     map[string]string
	parameters map[string]any
	// states and partStates are the description's, with the target's own words.
	states, partStates states
	showsErrors        bool

	listedMu sync.Mutex
	// listed are status replies that a list had, for jobs whose parts need
	// a request of their own: their next read does with that one.
	listed map[string]*job.Job
	// names are what lists call jobs whose status replies do not say it.
	names map[string]string
}

// newReader prepares the reading of a target. client may be nil where nothing is sent.
func newReader(d *definition, g *gate, target *config.Target, client *upstream.Client, now func() time.Time) *reader {
	r := &reader{
		d: d, gate: g, target: target, upstream: client, now: now,
		values:      paramsOf(target),
		parameters:  map[string]any{},
		states:      d.states.with(target.States),
		showsErrors: target.ErrorText,
		listed:      map[string]*job.Job{},
		names:       map[string]string{},
	}
	if d.parts != nil {
		r.partStates = d.parts.states.with(target.States)
	}
	for name, value := range r.values {
		r.parameters[name] = value
	}
	return r
}

func (s states) with(configured map[string]string) states {
	s.words = s.words.With(configured)
	return s
}

// Read reads one job, and its parts where they have a path of their own.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	values := r.valuesOf(asked.ID)
	found := r.takeListed(asked.ID)
	if found == nil {
		var err error
		if found, err = r.readStatus(ctx, values, last); err != nil {
			return nil, fmt.Errorf("reading the job's status: %w", err)
		}
	}
	found = r.named(asked.ID, found)
	if r.d.parts == nil || r.d.parts.request == nil {
		return found, nil
	}
	withParts := *found
	var err error
	if withParts.Parts, err = r.readParts(ctx, values); err != nil {
		return nil, fmt.Errorf("reading the job's parts: %w", err)
	}
	return &withParts, nil
}

// takeListed is what the last list said of a job; nil where it said nothing
// since the job was last read.
func (r *reader) takeListed(id string) *job.Job {
	r.listedMu.Lock()
	defer r.listedMu.Unlock()
	found := r.listed[id]
	delete(r.listed, id)
	return found
}

// named is a job with the name that a list gave it, where it has no other.
func (r *reader) named(id string, found *job.Job) *job.Job {
	if found.Name != "" {
		return found
	}
	r.listedMu.Lock()
	name := r.names[id]
	r.listedMu.Unlock()
	if name == "" {
		return found
	}
	renamed := *found
	renamed.Name = name
	return &renamed
}

// valuesOf are what can be filled in for a job: the target's params, the parts
// of its id, and the id itself.
func (r *reader) valuesOf(id string) map[string]string {
	values := make(map[string]string, len(r.values)+2)
	maps.Copy(values, r.values)
	if groups := r.d.id.FindStringSubmatch(id); groups != nil {
		for i, name := range r.d.id.SubexpNames() {
			if name != "" {
				values[name] = groups[i]
			}
		}
	}
	values["id"] = id
	return values
}

// to makes the request for a path and a query.
func (r *reader) to(what request, operation upstream.Operation, values map[string]string) (upstream.Request, error) {
	path, err := what.path.Path(values)
	if err != nil {
		return upstream.Request{}, fmt.Errorf("the path: %w", err)
	}
	return upstream.Request{Operation: operation, Path: path, Query: what.query.Values(values)}, nil
}

func (r *reader) readStatus(ctx context.Context, values map[string]string, last *job.Job) (*job.Job, error) {
	request, err := r.to(r.d.status, upstream.OperationStatus, values)
	if err != nil {
		return nil, err
	}
	if last != nil {
		request.Validators = last.Validators
	}
	if r.d.gone.when != nil {
		request.Explained = []int{http.StatusBadRequest, http.StatusForbidden, http.StatusInternalServerError}
	}
	var found *job.Job
	err = r.upstream.Get(ctx, request, func(answer upstream.Reply) error {
		if answer.NotModified() {
			found = last
			return nil
		}
		if failure := r.refused(ctx, request, answer); failure != nil {
			return failure
		}
		var err error
		found, err = r.decodeStatus(ctx, request.Name(), answer.Body)
		if err != nil {
			return err
		}
		found.Validators = answer.Validators
		return nil
	})
	return found, err
}

// refused is what an answer other than success means.
func (r *reader) refused(ctx context.Context, request upstream.Request, answer upstream.Reply) error {
	failure := answer.Failure()
	if failure == nil && !answer.Missing() {
		return nil
	}
	switch {
	case r.d.gone.never:
	case r.d.gone.always:
		if answer.Missing() {
			return job.ErrUnknown
		}
	case r.d.gone.when == nil:
		if answer.Missing() && system.SaysUnknown(answer.Body) {
			return job.ErrUnknown
		}
	case r.isGone(ctx, request.Name(), answer.Body):
		return job.ErrUnknown
	}
	if failure == nil {
		failure = upstream.NotFoundFailure(request.Name(), "check url, and the key \"gone\" of the system")
	}
	return failure
}

// isGone asks the reply whether there is no such job.
func (r *reader) isGone(ctx context.Context, name string, body []byte) bool {
	leave, failure := r.gate.enter(ctx, name, body)
	if failure != nil {
		return false
	}
	defer leave()
	reply, err := document.Decode(body, r.d.errorNeed)
	if err != nil {
		return false
	}
	e := r.evaluate(ctx)
	said := e.value("gone", r.d.gone.when, reply)
	return e.run.End() == nil && said == true
}

// decodeStatus makes a job of the body of a status reply.
func (r *reader) decodeStatus(ctx context.Context, name string, body []byte) (*job.Job, error) {
	var found *job.Job
	err := r.decode(ctx, name, body, r.d.statusNeed, func(e *evaluation, reply any) (err error) {
		found, err = r.job(e, reply)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// decode decodes what is needed of a body and hands it to take. Its error is an
// *upstream.Failure.
func (r *reader) decode(ctx context.Context, name string, body []byte, need *document.Need, take func(*evaluation, any) error) error {
	leave, failure := r.gate.enter(ctx, name, body)
	if failure != nil {
		return failure
	}
	defer leave()
	reply, err := document.Decode(body, need)
	if err != nil {
		return upstream.DecodeFailure(name, err)
	}
	e := r.evaluate(ctx)
	taken := take(e, reply)
	if err := e.run.End(); err != nil && ctx.Err() != nil {
		return lateFailure(name)
	} else if err != nil {
		return upstream.DecodeFailure(name, err)
	}
	switch {
	case taken == nil:
		return nil
	case errors.Is(taken, errNotOK):
		return &upstream.Failure{Reason: job.ReasonBadStatus, Message: name + ": " + taken.Error()}
	default:
		return upstream.DecodeFailure(name, taken)
	}
}

// readParts reads the parts of a job by their own path.
func (r *reader) readParts(ctx context.Context, values map[string]string) ([]job.Part, error) {
	request, err := r.to(*r.d.parts.request, upstream.OperationParts, values)
	if err != nil {
		return nil, err
	}
	var found []job.Part
	err = r.upstream.Get(ctx, request, func(answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(request.Name(), "check parts.path of the system")
		}
		return r.decode(ctx, request.Name(), answer.Body, r.d.parts.need, func(e *evaluation, reply any) error {
			found = r.parts(e, reply)
			return nil
		})
	})
	return found, err
}
