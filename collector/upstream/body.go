package upstream

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// errTooLarge is the error of a body of more than max_response_bytes.
var errTooLarge = errors.New("the body is larger than max_response_bytes")

// errEncoding is the error of a body that cannot be decompressed.
var errEncoding = errors.New("the body's Content-Encoding is unknown or broken")

// readBody reads a response's body, decompressed, into buffer, at most limit
// bytes. The transport does not decompress, so that the limit counts what is
// really held.
func readBody(buffer *bytes.Buffer, response *http.Response, limit int64) error {
	var body io.Reader = response.Body
	switch strings.ToLower(strings.TrimSpace(response.Header.Get("Content-Encoding"))) {
	case "", "identity":
		if response.ContentLength > limit {
			return errTooLarge
		}
	case "gzip", "x-gzip":
		decompressed, err := gzip.NewReader(body)
		if errors.Is(err, io.EOF) {
			return nil // an empty body, as of a 304, has no gzip header
		}
		if err != nil {
			return encodingError(err)
		}
		body = decompressed
	default:
		return errEncoding
	}
	read, err := buffer.ReadFrom(io.LimitReader(body, limit+1))
	if read > limit {
		return errTooLarge
	}
	if compressed := body != io.Reader(response.Body); compressed && errors.Is(err, io.ErrUnexpectedEOF) {
		return cutOff(response.Body)
	}
	return encodingError(err)
}

// cutOff tells compressed data that ends too early from a connection that does.
func cutOff(body io.Reader) error {
	if _, err := body.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return errEncoding
}

// encodingError tells broken compression from a broken connection.
func encodingError(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || err != nil && strings.HasPrefix(err.Error(), "flate:") {
		return errEncoding
	}
	return err
}

// bodyFailure classifies the error of reading a body. A body that never came
// whole is no answer: a target that sends headers and then nothing, or a byte
// a second, is as good as silent.
func bodyFailure(attempt string, status int, err error) *Failure {
	switch {
	case errors.Is(err, errTooLarge):
		return &Failure{Reason: job.ReasonTooLarge, Message: fmt.Sprintf("%s: %v", attempt, err), Status: status}
	case errors.Is(err, errEncoding):
		return &Failure{Reason: job.ReasonDecode, Message: fmt.Sprintf("%s: %v", attempt, err), Status: status}
	default:
		return transportFailure(attempt+": reading the body", err)
	}
}
