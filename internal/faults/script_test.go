package faults

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// script is an upstream whose answers a test changes as it goes: by the path,
// without the query, and the method where it is not GET.
type script struct {
	*exportertest.Upstream
	mutex   sync.Mutex
	answers map[string]answer
}

// newScript answers 404 with an API's error for all that it has no answer for.
func newScript(t *testing.T) *script {
	t.Helper()
	s := &script{answers: map[string]answer{}}
	s.Upstream = exportertest.NewUpstream(t, s.serve)
	return s
}

func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Path
	if r.Method != http.MethodGet {
		key = r.Method + " " + key
	}
	s.mutex.Lock()
	given := s.answers[key]
	s.mutex.Unlock()
	if given == nil {
		given = notFound
	}
	given(w, r)
}

// notFound says, in a way that all systems understand, that there is no such job.
func notFound(w http.ResponseWriter, r *http.Request) {
	status(http.StatusNotFound, "application/json", `{"error_type":"NOT_FOUND","messages":[],"o:errorCode":"OCE-000404"}`)(w, r)
}

// set changes the answer of a path; nil: 404.
func (s *script) set(path string, given answer) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answers[path] = given
}

const (
	samplePath  = "/sampleExchange/v1/samples/async/"
	sessionPath = "/api/content/library/item/update-session/"
	itemPath    = "/api/content/library/item/"
	imagesPath  = "/appstore/publisher/v1/machineimages"
	contentPath = "/content/management/api/v1.1/types/T/updateType/.status/"
)

// vcenter is a script with a login, whose sessions are set by setSession.
func newVCenter(t *testing.T) *script {
	t.Helper()
	s := newScript(t)
	s.set("POST /api/session", status(http.StatusCreated, "application/json", `"the-session"`))
	s.set("DELETE /api/session", status(http.StatusNoContent, "", ""))
	return s
}

// setSession makes a session readable, without files; an empty body ends it.
func (s *script) setSession(id, body string) {
	if body == "" {
		s.set(sessionPath+id, nil)
		s.set(sessionPath+id+"/file", nil)
		return
	}
	s.set(sessionPath+id, jsonBody(body))
	s.set(sessionPath+id+"/file", jsonBody(`[]`))
}

// oneTarget is a configuration of one target named "a"; keys are more of its
// lines, without indentation.
func oneTarget(system, url string, keys ...string) string {
	text := "targets:\n  - name: a\n    system: " + system + "\n    url: " + url + "\n"
	switch system {
	case "vsphere":
		text += "    basic_auth: {username: u, password: p}\n    vsphere: {api: api}\n"
	case "oracle_marketplace":
		text += "    user_id: partner\n"
	}
	return text + "    " + strings.Join(keys, "\n    ") + "\n"
}

func wantState(t *testing.T, e *exportertest.Exposition, job, want string) {
	t.Helper()
	if got := e.State("a", job); got != want {
		t.Errorf("job %s is %q (reason %q), want %q", job, got, e.Reason("a", job), want)
	}
}

func wantReason(t *testing.T, e *exportertest.Exposition, job, want string) {
	t.Helper()
	if got := e.Reason("a", job); got != want {
		t.Errorf("job %s could not be read for the reason %q (state %q), want %q", job, got, e.State("a", job), want)
	}
}
