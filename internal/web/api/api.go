// Package api is what the page of jobs shows as JSON, in the form of Prometheus'
// own API. openapi.yml beside it describes it.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// Handler serves the API.
type Handler struct {
	Overview func(context.Context) []collector.TargetStatus
	Moment   func() shown.Moment
}

// answer is the form of all answers.
type answer struct {
	Status string `json:"status"`
	Data   any    `json:"data,omitempty"`
	// ErrorType and Error are those of an answer whose status is error.
	ErrorType string `json:"errorType,omitempty"`
	Error     string `json:"error,omitempty"`
}

// Jobs serves the jobs that a query asks for, or the one that it names.
func (h *Handler) Jobs(w http.ResponseWriter, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_data", "the query cannot be parsed")
		return
	}
	targets, moment := h.Overview(r.Context()), h.Moment()
	if query.Has("job_id") {
		serveOne(w, targets, query, moment)
		return
	}
	jobs := []jobEntry{}
	selected := shown.Select(targets, shown.ParseFilter(query), moment).Jobs
	for i := range selected {
		jobs = append(jobs, newJobEntry(&selected[i], moment.Now))
	}
	write(w, http.StatusOK, answer{Status: "success", Data: jobs})
}

// serveOne serves the job that a query names, with all that is known of it.
func serveOne(w http.ResponseWriter, targets []collector.TargetStatus, query url.Values, moment shown.Moment) {
	target, found, err := shown.Find(targets, shown.KeyOf(query), moment)
	switch {
	case errors.Is(err, shown.ErrAmbiguous):
		refuse(w, http.StatusBadRequest, "bad_data", err.Error())
	case err != nil:
		refuse(w, http.StatusNotFound, "not_found", err.Error())
	default:
		write(w, http.StatusOK, answer{Status: "success", Data: newJobDetails(target, &found, moment.Now)})
	}
}

// Targets serves the targets, or the one that the query names.
func (h *Handler) Targets(w http.ResponseWriter, r *http.Request) {
	query, filter := r.URL.Query(), shown.ParseFilter(r.URL.Query())
	entries := []targetEntry{}
	for _, target := range h.Overview(r.Context()) {
		if (filter.Target == "" || filter.Target == target.Name) && (filter.System == "" || filter.System == target.System) {
			entries = append(entries, newTargetEntry(&target))
		}
	}
	if query.Has("target") && len(entries) == 0 {
		refuse(w, http.StatusNotFound, "not_found", "no target of this name is configured")
		return
	}
	write(w, http.StatusOK, answer{Status: "success", Data: entries})
}

func refuse(w http.ResponseWriter, code int, kind, why string) {
	write(w, code, answer{Status: "error", ErrorType: kind, Error: why})
}

func write(w http.ResponseWriter, code int, what answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(what) // else the client went away
}
