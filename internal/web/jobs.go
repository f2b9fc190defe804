package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// jobsRefresh is how often the page of jobs loads itself again.
const jobsRefresh = 30 * time.Second

var (
	//go:embed jobs.html
	jobsHTML string
	//go:embed jobs.css
	jobsCSS template.CSS
)

// jobsHandler serves the page of jobs: what the last reads knew, for people.
// It never reads an upstream.
type jobsHandler struct {
	overview func(ctx context.Context) []collector.TargetStatus
	now      func() time.Time
	page     *template.Template
	policy   string
}

// newJobsHandler makes the handler of GET /jobs.
func newJobsHandler(overview func(ctx context.Context) []collector.TargetStatus, now func() time.Time) http.Handler {
	return &jobsHandler{
		overview: overview,
		now:      now,
		page:     template.Must(template.New("jobs").Parse(jobsHTML)),
		policy:   contentSecurityPolicy(string(jobsCSS)),
	}
}

// contentSecurityPolicy allows the page its one style sheet and its form, and
// nothing else: no script, no image, no frame around it.
func contentSecurityPolicy(stylesheet string) string {
	digest := sha256.Sum256([]byte(stylesheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

func (h *jobsHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	filter := parseJobsFilter(r.URL.Query())
	view := newJobsView(h.overview(r.Context()), filter, h.now())
	var rendered bytes.Buffer
	if err := h.page.Execute(&rendered, view); err != nil {
		http.Error(w, "The page of jobs cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(rendered.Len()))
	header.Set("Content-Security-Policy", h.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	w.Write(rendered.Bytes())
}
