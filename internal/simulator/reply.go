package simulator

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"
)

// writeJSON answers with a value of this package, all of which can be encoded.
func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has hung up is no concern of the simulator.
	_, _ = w.Write(body)
}

// writeTagged is writeJSON with an ETag, and 304 for a client that has this
// very answer already.
func writeTagged(w http.ResponseWriter, r *http.Request, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sum := fnv.New64a()
	_, _ = sum.Write(body)
	tag := fmt.Sprintf(`"%016x"`, sum.Sum64())
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writeBody(w, http.StatusOK, body)
}

// milliseconds is how all four vendors write a time.
func milliseconds(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// compressed serves a request gzipped where its client accepts that.
func compressed(handler http.Handler, w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		handler.ServeHTTP(w, r)
		return
	}
	packed := &packer{ResponseWriter: w}
	handler.ServeHTTP(packed, r)
	if packed.body != nil {
		// As above: the client may have hung up.
		_ = packed.body.Close()
	}
}

// packer compresses an answer's body; an answer without one stays as it is.
type packer struct {
	http.ResponseWriter
	begun bool
	body  *gzip.Writer
}

// WriteHeader implements http.ResponseWriter.
func (p *packer) WriteHeader(status int) {
	if !p.begun {
		p.begun = true
		if status != http.StatusNoContent && status != http.StatusNotModified {
			p.Header().Set("Content-Encoding", "gzip")
			p.Header().Del("Content-Length")
			p.body = gzip.NewWriter(p.ResponseWriter)
		}
	}
	p.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (p *packer) Write(body []byte) (int, error) {
	if !p.begun {
		p.WriteHeader(http.StatusOK)
	}
	if p.body == nil {
		return p.ResponseWriter.Write(body)
	}
	return p.body.Write(body)
}

// Unwrap gives http.ResponseController the connection behind the answer.
func (p *packer) Unwrap() http.ResponseWriter { return p.ResponseWriter }
