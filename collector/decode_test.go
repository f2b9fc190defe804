package collector

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed.UTC()
	}
	half := at("2026-11-22T08:30:00.5Z")
	for reply, want := range map[string]time.Time{
		`"2026-11-22T08:30:00.500Z"`:                                    half,
		`"2026-11-22T09:30:00.5+01:00"`:                                 half,
		`"2026-11-22T09:30:00.5+0100"`:                                  half,
		`" 2026-11-22T08:30:00.5Z "`:                                    half,
		`"2026-11-22T08:30:00.5"`:                                       half,
		`"2026-11-22 08:30:00.5"`:                                       half,
		`1795336200.5`:                                                  half,
		`1795336200500`:                                                 half,
		`"1795336200500"`:                                               half,
		`{"value":"2026-11-22T08:30:00.5Z","timezone":"UTC"}`:           half,
		`{"value":"2026-11-22T08:30:00.5Z"}`:                            half,
		`{"value":"2026-11-22T09:30:00.5","timezone":"Europe/Berlin"}`:  half,
		`{"value":1795336200500}`:                                       half,
		`{"value":"2026-11-22T08:30:00.5Z","timezone":"no such place"}`: half,
		`{"value":"2026-11-22T08:30:00.5","timezone":"no such place"}`:  {},
		`{"value":"2026-11-22T08:30:00.5","timezone":"Local"}`:          {},
		`{"value":"2026-11-22T08:30:00.5","timezone":"../etc/passwd"}`:  {},
		`{"value":null,"timezone":null}`:                                {},
		`{"timezone":"UTC"}`:                                            {},
		`"0001-01-01T00:00:00Z"`:                                        {},
		`"1970-01-01T00:00:00Z"`:                                        {},
		`"2026-13-45T08:30:00Z"`:                                        {},
		`"Wed, 23 Mar 2016 06:13:57 GMT"`:                               {},
		`"soon"`:                                                        {},
		`""`:                                                            {},
		`null`:                                                          {},
		`true`:                                                          {},
		`-1`:                                                            {},
		`0`:                                                             {},
		`1e300`:                                                         {},
		`"NaN"`:                                                         {},
		`[1]`:                                                           {},
	} {
		var got struct{ T moment }
		if err := json.Unmarshal([]byte(`{"T":`+reply+`}`), &got); err != nil || !got.T.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", reply, got.T, err, want)
		}
	}
}

func TestPercents(t *testing.T) {
	for reply, want := range map[string]float64{
		`42`: 0.42, `42.5`: 0.425, `"42"`: 0.42, `"42%"`: 0.42, `" 42 % "`: 0.42, `"100%"`: 1, `"0%"`: 0, `"142%"`: 1.42, `"-5%"`: -0.05, `"4.2e1%"`: 0.42,
	} {
		var got struct{ P percent }
		if err := json.Unmarshal([]byte(`{"P":`+reply+`}`), &got); err != nil || got.P.ratio == nil || *got.P.ratio != want {
			t.Errorf("%s is %v (%v), want %v", reply, got.P.ratio, err, want)
		}
	}
	for _, reply := range []string{`null`, `true`, `"n/a"`, `""`, `"%"`, `"42%%"`, `"NaN"`, `"Inf%"`, `"1e999"`, `[42]`, `{}`} {
		var got struct{ P percent }
		if err := json.Unmarshal([]byte(`{"P":`+reply+`}`), &got); err != nil || got.P.ratio != nil {
			t.Errorf("%s is %v (%v), want nothing", reply, got.P.ratio, err)
		}
	}
}

// TestWrongTypesAreAbsent: neither 0 nor false nor an error, and the rest of
// the reply counts.
func TestWrongTypesAreAbsent(t *testing.T) {
	type reply struct {
		N number
		F flag
		T text
		S string
	}
	for _, wrong := range []string{`null`, `[]`, `{}`, `[1]`, `{"a":1}`} {
		var got reply
		if err := decode([]byte(`{"N":`+wrong+`,"F":`+wrong+`,"T":`+wrong+`,"S":"kept"}`), &got); err != nil {
			t.Errorf("%s: %v", wrong, err)
		}
		if got.N.value != nil || got.F.value != nil || got.T != "" || got.S != "kept" {
			t.Errorf("%s became %+v", wrong, got)
		}
	}
	var got reply
	if err := decode([]byte(`{"N":"7","F":"true","T":true,"S":7}`), &got); err != nil || got != (reply{}) {
		t.Errorf("wrong types became %+v (%v)", got, err)
	}
	if err := decode([]byte(`{"N":1e999,"F":1,"T":1e999}`), &got); err != nil || got.N.value != nil || got.F.value != nil {
		t.Errorf("a number out of range became %+v (%v)", got, err)
	}
	if err := decode([]byte(`{"N":7.5,"F":true,"T":7,"S":"s"}`), &got); err != nil || *got.N.value != 7.5 || !*got.F.value || got.T != "7" {
		t.Errorf("right types became %+v (%v)", got, err)
	}
}

// TestDecodeErrorsHoldNothingOfTheBody because they are logged.
func TestDecodeErrorsHoldNothingOfTheBody(t *testing.T) {
	for _, body := range []string{
		``, `canary`, `{"canary`, `{"a":canary}`, `<html>canary</html>`, `{"a":"canary\q"}`, `{"a":"canary"} canary`, strings.Repeat(`[`, 20000), "\x00canary",
	} {
		var reply statusReply
		err := decode([]byte(body), &reply)
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

// TestTypeOfManyFieldsIsReadLikeASmallOne because result.body holds a whole
// content type, of which only the names are kept.
func TestTypeOfManyFieldsIsReadLikeASmallOne(t *testing.T) {
	small := readReply(t, "oracle_content/seed.json")
	field := `{"id":"15560059AEB7487D95FDDB610EE03EE3","name":"not the type's name","settings":{"progress":"failed","error":"not the job's"}},`
	large := strings.Replace(string(small), `"fields": [`, `"fields": [`+strings.Repeat(field, 5000), 1)
	if len(large) < 500_000 {
		t.Fatalf("the reply has %d bytes only", len(large))
	}
	words := wordsOfContent()
	want, err1 := decodeStatus(small, kindTypeUpdate, words)
	got, err2 := decodeStatus([]byte(large), kindTypeUpdate, words)
	if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v (%v), want %+v (%v)", got, err2, want, err1)
	}
}

func wordsOfContent() vocabulary {
	reader, _ := readerWith(OracleContent{}, nil).(*contentReader)
	return reader.words
}

func readReply(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/replies/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

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
	if err := json.Unmarshal(readReply(t, "vsphere/preview-api.json"), &reply); err != nil {
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
		err := vapiMissing(request{operation: OperationStatus}, []byte(body))
		if got := errors.Is(err, errUnknownJob); got != unknownJob {
			t.Errorf("%s means that the job is unknown: %v", body, got)
		}
		if !unknownJob && failureOf(err).Reason != ReasonNotFound {
			t.Errorf("%s is %s", body, failureOf(err).Reason)
		}
	}
}

// TestListsThatAreNone: an empty list may be null, but nothing else.
func TestListsThatAreNone(t *testing.T) {
	for body, isList := range map[string]bool{`[]`: true, `null`: true, `[{"name":"a"}]`: true, `{}`: false, `"a"`: false, `7`: false, `true`: false} {
		files, err := decodeFiles([]byte(body), false, vocabulary{})
		if (err == nil) != isList || isList && files == nil {
			t.Errorf("%s: %v %v", body, files, err)
		}
		files, err = decodeFiles([]byte(`{"value":`+body+`}`), true, vocabulary{})
		if (err == nil) != isList || isList && files == nil {
			t.Errorf("wrapped %s: %v %v", body, files, err)
		}
	}
	if _, err := decodeFiles([]byte(`{"values":[]}`), true, vocabulary{}); err == nil {
		t.Error("a reply without value is no list of files")
	}
	for body, isList := range map[string]bool{`{"items":[]}`: true, `{"items":null}`: true, `{"count":0}`: true, `{}`: false, `[]`: false, `null`: false} {
		if _, err := decodeMachineImageList([]byte(body)); (err == nil) != isList {
			t.Errorf("machine images %s: %v", body, err)
		}
	}
}

// TestVSphereErrors prefers the English text: what is localized depends on who asks.
func TestVSphereErrors(t *testing.T) {
	for body, want := range map[string]JobError{
		`{"id":"a.b","default_message":"Pipe closed","localized":"Leitung zu"}`: {ID: "a.b", Message: "Pipe closed"},
		`{"id":"a.b","localized":"Leitung zu"}`:                                 {ID: "a.b", Message: "Leitung zu"},
		`{"default_message":"Pipe closed","params":{"a":{"s":"b"}}}`:            {Message: "Pipe closed"},
		`{"default_message":"Pipe closed","params":[{"key":"a","value":{}}]}`:   {Message: "Pipe closed"},
		`null`: {}, `[]`: {}, `"Pipe closed"`: {},
	} {
		job, err := decodeSession([]byte(`{"state":"ERROR","error_message":`+body+`}`), false, vocabulary{})
		if err != nil || job.Error != want {
			t.Errorf("%s is %+v (%v), want %+v", body, job, err, want)
		}
	}
}
