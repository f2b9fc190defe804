package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// canary is in every spoilt answer and must be in nothing that the exporter says.
const canary = "canary-of-the-upstream"

type answer = func(w http.ResponseWriter, r *http.Request)

// status answers with a status, a content type, a body, and more headers.
func status(code int, contentType, body string, headers ...string) answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func html(code int, headers ...string) answer {
	return status(code, "text/html", "<html><body><h1>"+canary+"</h1></body></html>", headers...)
}

func jsonBody(body string) answer { return status(http.StatusOK, "application/json", body) }

// reset ends the connection with RST.
func reset(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}

// hang never answers.
func hang(_ http.ResponseWriter, r *http.Request) { <-goneAway(r) }

// goneAway is closed when the client has. A server sees that only once it has
// read the request's body.
func goneAway(r *http.Request) <-chan struct{} {
	_, _ = io.Copy(io.Discard, r.Body)
	return r.Context().Done()
}

// hangAfterHeaders answers 200 and then nothing.
func hangAfterHeaders(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	gone := goneAway(r)
	_ = http.NewResponseController(w).Flush()
	<-gone
}

// drip sends a byte a second.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	gone := goneAway(r)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-ticker.C:
		case <-gone:
			return
		}
	}
}

// cutOff promises more bytes than it sends.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "4096")
	_, _ = io.WriteString(w, `{"state":"RUN`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// notHTTP answers with something that is not HTTP at all.
func notHTTP(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(connection, canary+" speaks no HTTP\r\n\r\n")
	_ = connection.Close()
}

// badHeader answers with a header line that is none.
func badHeader(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\n"+canary+"\r\n\r\n{}")
	_ = connection.Close()
}

// gzipBomb answers with many blanks in few bytes.
func gzipBomb(megabytes int) answer {
	var megabyte bytes.Buffer
	packed := gzip.NewWriter(&megabyte)
	_, _ = packed.Write(bytes.Repeat([]byte(" "), 1<<20)) // to memory
	_ = packed.Close()
	bomb := bytes.Repeat(megabyte.Bytes(), megabytes) // the format allows for many in a row
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb)
	}
}

// cutGzip is a whole answer whose compression ends too early.
func cutGzip(w http.ResponseWriter, _ *http.Request) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = io.WriteString(writer, `{"state":"RUNNING","progress":"processing","statusName":"In Progress"}`)
	_ = writer.Close()
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Length", strconv.Itoa(packed.Len()-10))
	_, _ = w.Write(packed.Bytes()[:packed.Len()-10])
}

// mostBytes is a max_response_bytes for tests, and hugeBytes more than that.
const (
	mostBytes = 64 << 10
	hugeBytes = 100 << 10
)

// huge says how large it is; hugeChunked does not.
func huge(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(hugeBytes))
	_, _ = io.WriteString(w, strings.Repeat(" ", hugeBytes))
}

func hugeChunked(w http.ResponseWriter, _ *http.Request) {
	_ = http.NewResponseController(w).Flush()
	_, _ = io.WriteString(w, strings.Repeat(" ", hugeBytes))
}

// deep is JSON that nests as deep as a parser without a limit would overflow at.
func deep() string {
	const depth = 20_000
	return `{"state":"RUNNING","a":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
}

// everyField is an object with all fields that any system's decoder reads, each
// with the same value.
func everyField(value string) string {
	var fields []string
	for _, name := range []string{
		"state", "progress", "statusName", "created", "start", "finished", "sampleId", "sample", "client_progress",
		"expiration_time", "error_message", "preview_info", "library_item_id", "library_item_content_version", "completedPercentage",
		"startTime", "endTime", "message", "result", "uploadedChunks", "pendingChunks", "createdDate", "lastModifiedDate",
		"dataCenterImageUploadRequests", "application", "version",
	} {
		fields = append(fields, fmt.Sprintf("%q:%s", name, value))
	}
	return "{" + strings.Join(fields, ",") + "}"
}
