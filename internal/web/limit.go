package web

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// scrapesOf makes of a handler one that counts as a scrape: it is kept within
// the limit, and its answers are counted by their code.
func scrapesOf(options Options) (func(http.HandlerFunc) http.Handler, error) {
	answers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "promhttp_metric_handler_requests_total",
		Help: "Total number of scrapes by HTTP status code.",
	}, []string{"code"})
	for _, code := range []int{http.StatusOK, http.StatusInternalServerError, http.StatusServiceUnavailable} {
		answers.WithLabelValues(strconv.Itoa(code))
	}
	if err := options.Registry.Register(answers); err != nil {
		return nil, fmt.Errorf("registering the count of scrapes: %w", err)
	}
	around := func(next http.Handler) http.Handler { return next }
	if options.MaxRequests > 0 {
		around = newLimit(options.MaxRequests).around
	}
	return func(h http.HandlerFunc) http.Handler { return promhttp.InstrumentHandlerCounter(answers, around(h)) }, nil
}

// limit bounds the number of scrapes at once. A scrape that is read and waits
// for a client that does not take the answer is none any more: some idle
// sockets would keep everybody else out.
type limit struct {
	most int

	mu      sync.Mutex
	running map[*answer]struct{}
}

func newLimit(most int) *limit { return &limit{most: most, running: map[*answer]struct{}{}} }

// around answers 503 while as many scrapes as allowed are under way.
func (l *limit) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := answerTo(r)
		if !l.enter(a) {
			http.Error(w, "Too many scrapes at once, see --web.max-requests.", http.StatusServiceUnavailable)
			return
		}
		defer l.leave(a)
		next.ServeHTTP(w, r)
	})
}

func (l *limit) enter(a *answer) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.running) >= l.most {
		l.forgetStalled()
	}
	if len(l.running) >= l.most {
		return false
	}
	l.running[a] = struct{}{}
	return true
}

// forgetStalled counts those no more that are about to be cut off.
func (l *limit) forgetStalled() {
	now := time.Now()
	for a := range l.running {
		if a.stalled(now) {
			delete(l.running, a)
		}
	}
}

func (l *limit) leave(a *answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, a)
}
