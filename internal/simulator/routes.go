package simulator

import (
	"net/http"
	"time"
)

// routes is the handler of one system: its paths, each with the operation that
// it counts as and the login that it asks for.
type routes struct {
	world  *World
	system string
	mux    *http.ServeMux
	// refuse answers a request whose login is missing or wrong.
	refuse http.HandlerFunc
}

// check says whether a request carries the login that a path asks for.
type check func(r *http.Request) bool

// anybody is the check of paths that need no login.
func anybody(*http.Request) bool { return true }

// newRoutes has no path yet; notFound answers for all that are not added.
func newRoutes(world *World, system string, refuse, notFound http.HandlerFunc) *routes {
	routes := &routes{world: world, system: system, mux: http.NewServeMux(), refuse: refuse}
	routes.add("unknown", "/", anybody, notFound)
	return routes
}

// add serves a pattern of http.ServeMux.
func (s *routes) add(operation, pattern string, allowed check, handler http.HandlerFunc) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(operation, allowed, handler, w, r) })
}

// serve answers one request and records it.
func (s *routes) serve(operation string, allowed check, handler http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	request := Request{System: s.system, Operation: operation, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery}
	answer := &answer{ResponseWriter: w}
	// Deferred, because a fault that a test injects may be a panic.
	defer func() {
		request.Status = answer.status
		s.world.record.add(request)
	}()
	if s.world.intercept != nil && s.world.intercept(s.system, answer, r) {
		return
	}
	if !s.world.wait(r) {
		return
	}
	request.Authorized = allowed(r)
	if !request.Authorized {
		s.refuse(answer, r)
		return
	}
	handler(answer, r)
}

// ServeHTTP answers as the vendor would, by the simulator's clock, and compressed
// where that is asked for.
func (s *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.world.clock().UTC().Format(http.TimeFormat))
	if s.world.gzip {
		compressed(s.mux, w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// wait lets the latency pass, and is false where the client has gone meanwhile.
func (w *World) wait(r *http.Request) bool {
	if w.latency <= 0 {
		return true
	}
	timer := time.NewTimer(w.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// answer remembers the status of an answer.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(body []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(body)
}

// Unwrap gives http.ResponseController the connection behind the answer.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
