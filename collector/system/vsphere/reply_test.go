package vsphere

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

func TestContentVersions(t *testing.T) {
	for _, c := range []struct {
		before, now string
		want        bool
	}{
		{"3", "4", true},
		{"9", "10", true},
		{"3", "3", false},
		{"4", "3", false},
		{"", "4", false},
		{"3", "", false},
		{"a", "b", true},
		{"a", "a", false},
		{"3", "3.1", true},
	} {
		if got := movedOn(c.before, c.now); got != c.want {
			t.Errorf("from %q to %q: %v", c.before, c.now, got)
		}
	}
}

func TestCertificateExpiration(t *testing.T) {
	var reply struct {
		Preview struct {
			Certificate struct {
				X509 string `json:"x509"`
			} `json:"certificate_info"`
		} `json:"preview_info"`
	}
	if err := json.Unmarshal(decodertest.Reply(t, "preview-api.json"), &reply); err != nil {
		t.Fatal(err)
	}
	encoded := reply.Preview.Certificate.X509
	block, _ := pem.Decode([]byte(encoded))
	want := time.Date(2028, time.November, 21, 2, 9, 41, 0, time.UTC)
	for name, form := range map[string]string{
		"PEM": encoded, "text before PEM": "Certificate:\n" + encoded, "DER": base64.StdEncoding.EncodeToString(block.Bytes),
		"DER in lines": base64.StdEncoding.EncodeToString(block.Bytes[:90]) + "\r\n " + base64.StdEncoding.EncodeToString(block.Bytes[90:]),
	} {
		if got := certificateExpiration(form); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, form := range []string{"", "string", "MIIB", encoded[:200], "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"} {
		if got := certificateExpiration(form); !got.IsZero() {
			t.Errorf("%.20q: %v", form, got)
		}
	}
}

// TestSessionTokens refuses what could not be sent back as a header.
func TestSessionTokens(t *testing.T) {
	for body, want := range map[string]string{
		`"b00db39f948d13ea1e59b4d6fce56389"`: "b00db39f948d13ea1e59b4d6fce56389",
		`""`:                                 "", `null`: "", `{}`: "", `"a\nb"`: "", `"a/b"`: "", `7`: "", `<html>`: "",
	} {
		if got, err := decodeSessionToken([]byte(body), false); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", body, got, err)
		}
		if got, err := decodeSessionToken([]byte(`{"value":`+body+`}`), true); got != want || (err == nil) != (want != "") {
			t.Errorf("wrapped %s: %q, %v", body, got, err)
		}
	}
}

// TestMissingSession tells a session that is not there from an API that is not there.
func TestMissingSession(t *testing.T) {
	for body, unknownJob := range map[string]bool{
		`{"error_type":"NOT_FOUND","messages":[]}`:                                                                              true,
		`{"type":"com.vmware.vapi.std.errors.not_found","value":{"messages":[]}}`:                                               true,
		`{"value":{"error_type":"NOT_FOUND"}}`:                                                                                  true,
		`{"error_type":"NOT_FOUND","messages":[{"id":"com.vmware.vapi.rest.operationsForUrlNotFound"}]}`:                        false,
		`{"type":"com.vmware.vapi.std.errors.not_found","value":{"messages":[{"id":"x"},{"id":"y.operationsForUrlNotFound"}]}}`: false,
		`{"error_type":"UNAUTHORIZED"}`:                                                                                         false,
		`{"detail":"Not Found"}`:                                                                                                false,
		`{}`:                                                                                                                    false,
		`404 page not found`:                                                                                                    false,
		`<html></html>`:                                                                                                         false,
		``:                                                                                                                      false,
		`null`:                                                                                                                  false,
		`"NOT_FOUND"`:                                                                                                           false,
	} {
		err := missing(upstream.Request{Operation: upstream.OperationStatus}, []byte(body))
		if got := errors.Is(err, job.ErrUnknown); got != unknownJob {
			t.Errorf("%s means that the job is unknown: %v", body, got)
		}
		if !unknownJob && upstream.FailureOf(err).Reason != job.ReasonNotFound {
			t.Errorf("%s is %s", body, upstream.FailureOf(err).Reason)
		}
	}
}

// TestListsThatAreNone: an empty list may be null, but nothing else.
func TestListsThatAreNone(t *testing.T) {
	for body, isList := range map[string]bool{`[]`: true, `null`: true, `[{"name":"a"}]`: true, `{}`: false, `"a"`: false, `7`: false, `true`: false} {
		files, err := decodeFiles([]byte(body), false, job.Vocabulary{})
		if (err == nil) != isList || isList && files == nil {
			t.Errorf("%s: %v %v", body, files, err)
		}
		files, err = decodeFiles([]byte(`{"value":`+body+`}`), true, job.Vocabulary{})
		if (err == nil) != isList || isList && files == nil {
			t.Errorf("wrapped %s: %v %v", body, files, err)
		}
	}
	if _, err := decodeFiles([]byte(`{"values":[]}`), true, job.Vocabulary{}); err == nil {
		t.Error("a reply without value is no list of files")
	}
}

// TestVSphereErrors prefers the English text: what is localized depends on who asks.
func TestVSphereErrors(t *testing.T) {
	for body, want := range map[string]job.Error{
		`{"id":"a.b","default_message":"Pipe closed","localized":"Leitung zu"}`: {ID: "a.b", Message: "Pipe closed"},
		`{"id":"a.b","localized":"Leitung zu"}`:                                 {ID: "a.b", Message: "Leitung zu"},
		`{"default_message":"Pipe closed","params":{"a":{"s":"b"}}}`:            {Message: "Pipe closed"},
		`{"default_message":"Pipe closed","params":[{"key":"a","value":{}}]}`:   {Message: "Pipe closed"},
		`null`: {}, `[]`: {}, `"Pipe closed"`: {},
	} {
		decoded, err := decodeSession([]byte(`{"state":"ERROR","error_message":`+body+`}`), false, job.Vocabulary{})
		if err != nil || decoded.Error != want {
			t.Errorf("%s is %+v (%v), want %+v", body, decoded, err, want)
		}
	}
}
