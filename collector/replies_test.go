package collector_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// routes are what a server of captured replies answers. The key is a request
// URI, as sent, after a method where that is not GET; the value is a file below
// testdata/replies/<system>, after a status where that is not 200.
type routes map[string]string

// replyServer serves captured replies of one system to clients that log in.
type replyServer struct {
	*httptest.Server
	system string
	t      *testing.T

	mu       sync.Mutex
	routes   routes
	requests []string
}

func serveReplies(t *testing.T, system string, answers routes) *replyServer {
	t.Helper()
	s := &replyServer{system: system, t: t, routes: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// become changes what the server answers from now on.
func (s *replyServer) become(answers routes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes = answers
}

// took returns the requests since the last call, in order.
func (s *replyServer) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

func (s *replyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := r.RequestURI
	if r.Method != http.MethodGet {
		request = r.Method + " " + request
	}
	s.mu.Lock()
	answer, known := s.routes[request]
	s.requests = append(s.requests, request)
	s.mu.Unlock()
	switch {
	case !s.loggedIn(r):
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case !known:
		s.t.Errorf("%s: unexpected request %s", s.system, request)
		w.WriteHeader(http.StatusTeapot)
	default:
		s.answer(w, answer)
	}
}

func (s *replyServer) answer(w http.ResponseWriter, answer string) {
	status := http.StatusOK
	if code, file, found := strings.Cut(answer, " "); found {
		answer = file
		status, _ = strconv.Atoi(code)
	}
	body, err := os.ReadFile(filepath.Join("testdata", "replies", s.system, answer))
	if err != nil {
		s.t.Error(err)
	}
	if filepath.Ext(answer) == ".json" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// loggedIn reports whether the request carries what its system wants.
func (s *replyServer) loggedIn(r *http.Request) bool {
	username, password, _ := r.BasicAuth()
	basic := username == "monitor" && password == "canary-config-password"
	authorization := r.Header.Get("Authorization")
	switch s.system {
	case "vsphere":
		return r.Method == http.MethodPost && basic || r.Header.Get("Vmware-Api-Session-Id") == "canary-session-id"
	case "oracle_marketplace":
		exchange := strings.HasSuffix(r.URL.Path, "/authenticate") && basic
		bearer := authorization == "Bearer canary-config-token" || authorization == "Bearer canary-bearer"
		return (exchange || bearer) && r.Header.Get("X-Oracle-UserId") == "partner@example.com"
	case "oracle_content":
		return authorization == "Bearer canary-config-token"
	default:
		return basic
	}
}

// basicAuth is the credentials that a replyServer and a vCenter of the tests take.
const basicAuth = "basic_auth: {username: monitor, password: canary-config-password}"

// targetOf is one target of a configuration. Where keys, further ones as YAML,
// hold no credentials it has those that a replyServer wants.
func targetOf(name, system, url, keys string) string {
	switch {
	case strings.Contains(keys, basicAuth):
	case system == "oracle_marketplace":
		keys += "\nauthorization: {credentials: canary-config-token}\nuser_id: partner@example.com"
	case system == "oracle_content":
		keys += "\nauthorization: {credentials: canary-config-token}"
	default:
		keys += "\n" + basicAuth
	}
	keys = strings.ReplaceAll(strings.TrimSpace(keys), "\n", "\n    ")
	return fmt.Sprintf("  - name: %s\n    system: %s\n    url: %s\n    %s\n", name, system, url, keys)
}
