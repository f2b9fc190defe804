package exportertest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Arrival is a request as it came in on the wire.
type Arrival struct {
	Method string
	// URI is the request line's, undecoded.
	URI    string
	Header http.Header
}

// Upstream is a server that remembers what it was asked.
type Upstream struct {
	*httptest.Server
	mutex    sync.Mutex
	arrivals []Arrival
}

// NewUpstream serves over http until the test ends.
func NewUpstream(tb TB, handler http.HandlerFunc) *Upstream { return newUpstream(tb, handler, false) }

// NewTLSUpstream serves over https, with a certificate that nobody trusts.
func NewTLSUpstream(tb TB, handler http.HandlerFunc) *Upstream { return newUpstream(tb, handler, true) }

func newUpstream(tb TB, handler http.HandlerFunc, secure bool) *Upstream {
	u := &Upstream{}
	u.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mutex.Lock()
		u.arrivals = append(u.arrivals, Arrival{Method: r.Method, URI: r.RequestURI, Header: r.Header.Clone()})
		u.mutex.Unlock()
		w.Header()["Date"] = nil // its clock would not be the test's
		handler(w, r)
	}))
	u.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // tests provoke complaints
	if secure {
		u.StartTLS()
	} else {
		u.Start()
	}
	tb.Cleanup(u.Close)
	return u
}

// Arrivals are all requests so far.
func (u *Upstream) Arrivals() []Arrival {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return append([]Arrival(nil), u.arrivals...)
}

// Count is the number of requests so far whose method and path (without the
// query) these are; empty stands for all.
func (u *Upstream) Count(method, path string) int {
	count := 0
	for _, arrival := range u.Arrivals() {
		uri, _, _ := strings.Cut(arrival.URI, "?")
		if (method == "" || method == arrival.Method) && (path == "" || path == uri) {
			count++
		}
	}
	return count
}

// Forget forgets the requests so far, for tests that measure memory.
func (u *Upstream) Forget() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.arrivals = nil
}
