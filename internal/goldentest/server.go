package goldentest

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Routes are what a server of captured replies answers. The key is a request
// URI, as sent, after a method where that is not GET; the value is a file among
// the system's captured replies, after a status where that is not 200.
type Routes map[string]string

// With are the routes with others added.
func (r Routes) With(others Routes) Routes {
	all := Routes{}
	for _, each := range []Routes{r, others} {
		maps.Copy(all, each)
	}
	return all
}

// splitAnswer takes a value of Routes apart.
func splitAnswer(answer string) (status int, file string) {
	code, file, found := strings.Cut(answer, " ")
	if !found {
		return http.StatusOK, answer
	}
	status, _ = strconv.Atoi(code)
	return status, file
}

// Server serves captured replies of one system to clients that log in.
type Server struct {
	*httptest.Server
	system string
	t      *testing.T

	// Date is the header of that name in all answers; zero: the server has no clock.
	Date time.Time

	mu       sync.Mutex
	routes   Routes
	requests []string
}

// Serve starts one that ends with the test.
func Serve(t *testing.T, system string, answers Routes) *Server {
	t.Helper()
	s := &Server{system: system, t: t, routes: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Become changes what the server answers from now on.
func (s *Server) Become(answers Routes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes = answers
}

// Took returns the requests since the last call, in order.
func (s *Server) Took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Date"] = nil // net/http's own would not be by the test's clock
	if !s.Date.IsZero() {
		w.Header().Set("Date", s.Date.Format(http.TimeFormat))
	}
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

func (s *Server) answer(w http.ResponseWriter, answer string) {
	status, file := splitAnswer(answer)
	body, err := os.ReadFile(filepath.Join(Directory(s.t, s.system), "replies", file))
	if err != nil {
		s.t.Error(err)
	}
	if filepath.Ext(file) == ".json" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// loggedIn reports whether the request carries what its system wants.
func (s *Server) loggedIn(r *http.Request) bool {
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

// BasicAuth are the credentials that a Server and a vCenter of the tests take.
const BasicAuth = "basic_auth: {username: monitor, password: canary-config-password}"

// Target is one target of a configuration. Where keys, further ones as YAML,
// hold no credentials it has those that a Server wants.
func Target(name, system, url, keys string) string {
	switch {
	case strings.Contains(keys, BasicAuth):
	case system == "oracle_marketplace":
		keys += "\nauthorization: {credentials: canary-config-token}\nuser_id: partner@example.com"
	case system == "oracle_content":
		keys += "\nauthorization: {credentials: canary-config-token}"
	default:
		keys += "\n" + BasicAuth
	}
	keys = strings.ReplaceAll(strings.TrimSpace(keys), "\n", "\n    ")
	return fmt.Sprintf("  - name: %s\n    system: %s\n    url: %s\n    %s\n", name, system, url, keys)
}
