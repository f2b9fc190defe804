package web

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// bodyTimeout is how long a request's body is waited for.
	bodyTimeout = 2 * time.Second
	// stallTimeout is how long a client may take nothing of its answer before it
	// is cut off.
	stallTimeout = 5 * time.Second
	// stalledAfter is how long it may before it no longer counts as a scrape.
	stalledAfter = time.Second
	// writtenAtOnce is how much of an answer has to be taken within stallTimeout.
	writtenAtOnce = 64 << 10
)

// answer is a response that is given up where the client does not take it.
type answer struct {
	http.ResponseWriter
	controller *http.ResponseController
	// waiting is since when a write waits for the client, in Unix nanoseconds;
	// 0: none does.
	waiting atomic.Int64
}

// answerKey is the key of the answer in a request's context.
type answerKey struct{}

// boundClients keeps clients that send or take nothing from holding on to the
// exporter.
func boundClients(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w, controller: http.NewResponseController(w)}
		if r.ContentLength != 0 {
			// No endpoint reads a body. The server would wait for it before it
			// sends the answer, and again after it.
			_ = a.controller.SetReadDeadline(time.Now().Add(bodyTimeout))
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), answerKey{}, a)))
		a.extend(time.Now()) // for what is still in buffers
	})
}

// answerTo is the answer to a request.
func answerTo(r *http.Request) *answer {
	if a, ok := r.Context().Value(answerKey{}).(*answer); ok {
		return a
	}
	return &answer{} // of a handler that nobody put into boundClients
}

func (a *answer) Write(p []byte) (written int, err error) {
	defer a.waiting.Store(0)
	for part := range slices.Chunk(p, writtenAtOnce) {
		now := time.Now()
		a.extend(now)
		a.waiting.Store(now.UnixNano())
		n, err := a.ResponseWriter.Write(part)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// extend gives the client time for the next part. Where the server knows no
// deadlines there is nobody to wait for.
func (a *answer) extend(now time.Time) { _ = a.controller.SetWriteDeadline(now.Add(stallTimeout)) }

// stalled reports whether the client takes nothing of the answer.
func (a *answer) stalled(now time.Time) bool {
	since := a.waiting.Load()
	return since != 0 && now.Sub(time.Unix(0, since)) > stalledAfter
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
