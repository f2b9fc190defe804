// Package page is the page of jobs and the page of one job: what the last reads
// knew, for people. A script brings them up to date; nothing needs it.
package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

const (
	// refresh is how often a page is brought up to date.
	refresh = 15 * time.Second
	// firstRead is how long the page waits for jobs that it reads itself.
	firstRead = 5 * time.Second
)

//go:embed list.html job.html parts.html
var templates embed.FS

var (
	//go:embed style.css
	style template.CSS
	//go:embed refresh.js
	script template.JS
)

// Exporter is what the pages ask for.
type Exporter struct {
	Overview func(context.Context) []collector.TargetStatus
	// Moment is now, and the scrapes since the exporter Started.
	Moment  func() shown.Moment
	Started time.Time
	// Refusal is when and why the configuration was refused that was tried last;
	// nil: it is in force.
	Refusal func() (at time.Time, err error)
	// ReadAll reads all jobs. It is asked for by the page as long as nobody
	// scrapes; nil: others read the jobs.
	ReadAll func(context.Context)
	// ReadJob reads one job.
	ReadJob func(context.Context, string, config.Job) error
}

// Handler serves the pages.
type Handler struct {
	exporter Exporter
	list     *template.Template
	job      *template.Template
	policy   string
	// reading is held while the page reads the jobs itself.
	reading sync.Mutex
	readAt  time.Time
}

// New makes the handler of GET /jobs, whose ReadNow is POST /jobs/read. The
// error is one of the exporter's own.
func New(exporter Exporter) (*Handler, error) {
	h := &Handler{exporter: exporter, policy: contentSecurityPolicy()}
	for name, made := range map[string]**template.Template{"list.html": &h.list, "job.html": &h.job} {
		parsed, err := template.ParseFS(templates, name, "parts.html")
		if err != nil {
			return nil, err
		}
		*made = parsed
	}
	return h, nil
}

// contentSecurityPolicy allows the pages their one style sheet, their one script
// and what that fetches, and their forms; nothing else: no image, no frame around
// them.
func contentSecurityPolicy() string {
	return "default-src 'none'; style-src " + digest(string(style)) + "; script-src " + digest(string(script)) +
		"; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

func digest(of string) string {
	sum := sha256.Sum256([]byte(of))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// ServeHTTP serves the list of jobs, or the page of the one that the query names.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	h.readFirst(r.Context())
	moment := h.exporter.Moment()
	targets := h.exporter.Overview(r.Context())
	if query.Has("job_id") {
		view, found := newJobView(targets, shown.KeyOf(query), moment)
		h.write(w, h.job, view, statusOf(found))
		return
	}
	view := newListView(targets, parseRequest(query), moment)
	view.Banners = h.banners(targets, moment)
	h.write(w, h.list, view, http.StatusOK)
}

func statusOf(found bool) int {
	if found {
		return http.StatusOK
	}
	return http.StatusNotFound
}

// readFirst reads the jobs as long as nobody scrapes the exporter: so that
// somebody who has just started it sees them. One visitor reads, the others are
// shown what is known.
func (h *Handler) readFirst(ctx context.Context) {
	if h.exporter.ReadAll == nil || !h.exporter.Moment().Scrapes.Last.IsZero() || !h.reading.TryLock() {
		return
	}
	defer h.reading.Unlock()
	if h.exporter.Moment().Now.Sub(h.readAt) < refresh/2 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, firstRead)
	defer cancel()
	h.exporter.ReadAll(ctx)
	h.readAt = h.exporter.Moment().Now
}

// ReadNow reads the one job that the query names, and leads back to its page.
func (h *Handler) ReadNow(w http.ResponseWriter, r *http.Request) {
	_, found, err := shown.Find(h.exporter.Overview(r.Context()), shown.KeyOf(r.URL.Query()), h.exporter.Moment())
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if err := h.exporter.ReadJob(r.Context(), found.Target, found.JobStatus.Job); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Location", "../"+jobLink(found.JobStatus)) // from jobs/read
	w.WriteHeader(http.StatusSeeOther)
}

func (h *Handler) write(w http.ResponseWriter, page *template.Template, view any, code int) {
	var rendered bytes.Buffer
	if err := page.Execute(&rendered, view); err != nil {
		http.Error(w, "The page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(rendered.Len()))
	header.Set("Content-Security-Policy", h.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(rendered.Bytes())
}

// frame is what all pages have around what they show.
type frame struct {
	CSS    template.CSS
	Script template.JS
	Title  string
	AsOf   instant
	// Refresh is in seconds; 0: the page stays as it is.
	Refresh int
}

func newFrame(title string, paused bool, now time.Time) frame {
	f := frame{CSS: style, Script: script, Title: title, AsOf: newInstant(now.UTC().Format("15:04:05"), "As of", now)}
	if !paused {
		f.Refresh = int(refresh.Seconds())
	}
	return f
}
