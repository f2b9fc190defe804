package web

import "net/http"

// limit bounds the number of scrapes at once.
type limit chan struct{}

func newLimit(most int) limit { return make(limit, most) }

// around answers 503 while as many scrapes as allowed are under way.
func (l limit) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case l <- struct{}{}:
			defer func() { <-l }()
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "Too many scrapes at once, see --web.max-requests.", http.StatusServiceUnavailable)
		}
	})
}
