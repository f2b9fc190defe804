package vsphere

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

func FuzzSession(f *testing.F) {
	replies := decodertest.Replies(f)
	for _, session := range replies {
		f.Add(session, replies[0], false)
		f.Add(session, replies[0], true)
		f.Add(replies[0], session, true)
		f.Add(replies[0], session, false)
	}
	checker, configured := decodertest.NewChecker(System{}), map[string]string{"ERROR": "canceled"}
	sessions, filesOf := sessionWords().With(configured), fileWords().With(configured)
	f.Fuzz(func(t *testing.T, session, files []byte, rest bool) {
		listed, err := decodeFiles(files, rest, filesOf)
		if err != nil {
			listed = nil
		}
		decoded, err := decodeSession(session, rest, sessions)
		if decoded != nil {
			decoded.Files = listed
		}
		checker.Check(t, decoded, err)
		checker.Check(t, &job.Job{State: job.Running, Files: listed}, nil)
	})
}

// FuzzVAPIAnswers is about the answers of a vCenter that are no jobs.
func FuzzVAPIAnswers(f *testing.F) {
	for _, body := range decodertest.Replies(f) {
		f.Add(body, true)
		f.Add(body, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, rest bool) {
		err := missing(upstream.Request{}, body)
		if !errors.Is(err, job.ErrUnknown) && upstream.FailureOf(err).Reason != job.ReasonNotFound {
			t.Errorf("a 404 is %v", err)
		}
		token, err := decodeSessionToken(body, rest)
		if (err == nil) != (token != "") || strings.ContainsFunc(token, unicode.IsControl) && !strings.ContainsFunc(token, isC1) {
			t.Errorf("a login is %q, %v", token, err)
		}
	})
}

// isC1 is about control characters beyond ASCII, which headers may hold.
func isC1(r rune) bool { return r >= 0x80 && r < 0xa0 }

// TestHostileFields puts every hostile value into every field.
func TestHostileFields(t *testing.T) {
	replies := []string{"preview-api.json", "error-rest.json", "one-file-api.json", "download-files-rest.json"}
	decodertest.NewChecker(System{}).Hostile(t, replies, decodeEither)
}

// decodeEither decodes a reply of either flavour that is a session or a list of files.
func decodeEither(body []byte) (*job.Job, error) {
	rest := strings.HasPrefix(string(body), `{"value"`)
	if files, err := decodeFiles(body, rest, fileWords()); err == nil {
		return &job.Job{State: job.Running, Files: files}, nil
	}
	return decodeSession(body, rest, sessionWords())
}
