package config

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// listServer answers with a list of jobs, and remembers what it was asked.
type listServer struct {
	*httptest.Server

	mutex    sync.Mutex
	answer   http.HandlerFunc
	requests []*http.Request
}

func newListServer(t *testing.T) *listServer {
	t.Helper()
	s := &listServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.requests = append(s.requests, r)
		s.answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *listServer) answers(answer http.HandlerFunc) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answer = answer
}

// answersText answers 200 with a text of a type.
func (s *listServer) answersText(kind, text string) {
	s.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, text)
	})
}

func (s *listServer) last() *http.Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.requests[len(s.requests)-1]
}

// listReader asks one URL, given with its keys as in a configuration.
type listReader struct {
	t       *testing.T
	sources *JobSources
}

func newListReader(t *testing.T, keys string) *listReader {
	t.Helper()
	rules := testRules()
	rules.Items = func(expression string) (Transform, error) {
		return func(_ context.Context, body []byte) ([]byte, error) {
			return []byte(strings.TrimPrefix(string(body), expression)), nil
		}, nil
	}
	text := "targets: [{name: a, system: sample_exchange, timeout: 2s, jobs: [{id: 1}], job_urls: [" + keys + "]}]"
	config, err := Parse([]byte(text), filepath.Join(t.TempDir(), "asyncjob.yml"), rules)
	if err != nil {
		t.Fatal(err)
	}
	return &listReader{t: t, sources: config.JobSources(config.Targets[0], textLogger(&syncBuffer{}))}
}

// expect asks once and compares the ids, and the status: "" is valid, else a part
// of the message.
func (r *listReader) expect(ids, problem string) {
	r.t.Helper()
	if r.sources.urls[0].poll(r.t.Context()) {
		r.sources.changed()
	}
	list := r.sources.Latest()
	var got []string
	for _, job := range list.URLs {
		got = append(got, job.ID)
	}
	if strings.Join(got, " ") != ids || len(list.Files) > 0 {
		r.t.Errorf("jobs %q, want %q", strings.Join(got, " "), ids)
	}
	said := ""
	for _, status := range list.Statuses {
		said += errorText(status.Err)
	}
	if !strings.Contains(said, problem) || (said == "") != (problem == "") {
		r.t.Errorf("status %q, want %q", said, problem)
	}
	if strings.Contains(said, canary) {
		r.t.Errorf("shows a secret: %s", said)
	}
}
