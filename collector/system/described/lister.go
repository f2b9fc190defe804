package described

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

const (
	mostPages = 200
	mostJobs  = 10_000
)

// lister is the reader of a system that says how its jobs are listed.
type lister struct{ *reader }

// listed is a list as far as it was read.
type listed struct {
	system.Listing

	known map[string]bool
}

// List reads the list page by page. What was listed before a page that cannot be
// read, or before a link that leads elsewhere, counts.
func (l lister) List(ctx context.Context, after time.Time) (system.Listing, error) {
	var found listed
	found.known = map[string]bool{}
	values := l.valuesOf("")
	values[endedAfter] = after.UTC().Format(time.RFC3339)
	first, err := l.to(l.d.list.request, upstream.OperationList, values)
	if err != nil {
		return system.Listing{Cut: true}, fmt.Errorf("listing: %w", err)
	}
	first.Method, first.Body = l.d.list.method, l.d.list.body
	if first.Body != nil {
		first.Header = http.Header{"Content-Type": {"application/json"}}
	}
	turner := newPageTurner(l.d.list, l.target, first)
	for number := 1; ; number++ {
		before := len(found.known)
		page, err := l.page(ctx, turner.request, &found)
		if err == nil {
			err = turner.turn(page, len(found.known) > before)
		}
		if err != nil {
			found.Cut = true
			return found.Listing, fmt.Errorf("listing: %w", err)
		}
		if turner.ended || number == mostPages || len(found.Jobs) >= mostJobs {
			found.Cut = !turner.ended
			return found.Listing, nil
		}
	}
}

// page is what decides about the next page.
type page struct {
	items  int
	header func(name string) []string
	// token is what the body says of the next page: a token, a link, or
	// whether there is more.
	next any
}

var errNoList = errors.New("there is no list in the reply (list.items)")

// errNoID is the answer to a page of which no item can be understood.
var errNoID = errors.New("no item of the list has an id (list.id)")

// page reads one page and adds its jobs.
func (l lister) page(ctx context.Context, request upstream.Request, found *listed) (page, error) {
	var read page
	err := l.upstream.Get(ctx, request, func(answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(request.Name(), "check url and list.path of the system")
		}
		read.header = answer.Header.Values
		return l.decode(ctx, request.Name(), answer.Body, l.d.list.need, func(e *evaluation, reply any) error {
			var err error
			read.items, err = l.items(e, reply, found)
			n := &l.d.list.next
			read.next = e.value(nextKey(n), firstSet(n.token, n.link, n.more), reply)
			return err
		})
	})
	return read, err
}

// items adds the jobs of a page and returns how many items it has.
func (l lister) items(e *evaluation, reply any, found *listed) (number int, err error) {
	value := e.value("list.items", l.d.list.items, reply)
	items, ok := value.([]any)
	if !ok && value != nil {
		return 0, errNoList
	}
	understood := false
	for _, item := range items {
		id := textOf(e.value("list.id", l.d.list.id, item))
		understood = understood || id != ""
		if l.d.checkID(id) != nil || found.known[id] || len(found.Jobs) >= mostJobs {
			continue
		}
		found.known[id] = true
		found.Jobs = append(found.Jobs, l.item(e, id, item))
	}
	if len(items) > 0 && !understood {
		return len(items), errNoID
	}
	return len(items), nil
}

// item is one job of a list.
func (l lister) item(e *evaluation, id string, item any) system.Listed {
	one := system.Listed{Job: config.Job{ID: id, Kind: l.d.kind}}
	l.keepName(id, e.text("list.name", l.d.list.name, item))
	if l.d.list.whole == nil {
		return one
	}
	status, err := l.job(e, l.d.list.whole.status(e, item))
	switch {
	case err != nil: // then the job is read by itself
	case l.d.parts != nil && l.d.parts.request != nil:
		l.keepListed(id, status)
	default:
		one.Found = l.named(id, status)
	}
	return one
}

// status is the status reply that an item stands for.
func (w *whole) status(e *evaluation, item any) any {
	if w.item != nil {
		item = e.value("list.whole.item", w.item, item)
	}
	if w.wrap != "" {
		return map[string]any{w.wrap: item}
	}
	return item
}

// keepName keeps what a list calls a job.
func (r *reader) keepName(id, name string) {
	if name == "" {
		return
	}
	r.listedMu.Lock()
	defer r.listedMu.Unlock()
	if len(r.names) >= mostJobs {
		clear(r.names)
	}
	r.names[id] = name
}

// keepListed keeps what a list said of a job for its next read.
func (r *reader) keepListed(id string, status *job.Job) {
	r.listedMu.Lock()
	defer r.listedMu.Unlock()
	if len(r.listed) >= mostJobs {
		clear(r.listed)
	}
	r.listed[id] = status
}
