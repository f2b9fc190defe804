package collector

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// Whatever an upstream answers is either an error or a job whose series are
// valid. The seeds are the captured replies.

func FuzzSampleJob(f *testing.F) {
	for _, body := range capturedReplies(f, "sample_exchange") {
		f.Add(body)
	}
	reader, _ := readerWith(SampleExchange{}, nil).(*sampleExchangeReader)
	f.Fuzz(func(t *testing.T, body []byte) {
		job, err := decodeSampleJob(body, reader.words)
		checkDecoded(t, SampleExchange{}, job, err)
	})
}

func FuzzSession(f *testing.F) {
	replies := capturedReplies(f, "vsphere")
	for _, session := range replies {
		f.Add(session, replies[0], false)
		f.Add(session, replies[0], true)
		f.Add(replies[0], session, true)
		f.Add(replies[0], session, false)
	}
	reader, _ := readerWith(VSphere{}, map[string]string{"ERROR": "canceled"}).(*vsphereReader)
	f.Fuzz(func(t *testing.T, session, files []byte, rest bool) {
		decoded, err := decodeFiles(files, rest, reader.files)
		if err != nil {
			decoded = nil
		}
		job, err := decodeSession(session, rest, reader.sessions)
		if job != nil {
			job.Files = decoded
		}
		checkDecoded(t, VSphere{}, job, err)
		checkDecoded(t, VSphere{}, &Job{State: Running, Files: decoded}, nil)
	})
}

// FuzzVAPIAnswers is about the answers of a vCenter that are no jobs.
func FuzzVAPIAnswers(f *testing.F) {
	for _, body := range capturedReplies(f, "vsphere") {
		f.Add(body, true)
		f.Add(body, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, rest bool) {
		err := vapiMissing(request{}, body)
		if !errors.Is(err, errUnknownJob) && failureOf(err).Reason != ReasonNotFound {
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

func FuzzMachineImage(f *testing.F) {
	for _, body := range capturedReplies(f, "oracle_marketplace") {
		f.Add(body)
	}
	reader, _ := readerWith(OracleMarketplace{}, map[string]string{"PAUSED": "pending"}).(*marketplaceReader)
	f.Fuzz(func(t *testing.T, body []byte) {
		job, err := decodeMachineImage(body, reader.words)
		checkDecoded(t, OracleMarketplace{}, job, err)
	})
}

func FuzzMachineImageList(f *testing.F) {
	for _, body := range capturedReplies(f, "oracle_marketplace") {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := decodeMachineImageList(body)
		if err != nil && items != nil || err == nil && items == nil {
			t.Errorf("%d items and %v", len(items), err)
		}
	})
}

func FuzzStatus(f *testing.F) {
	for _, body := range capturedReplies(f, "oracle_content") {
		f.Add(body, true)
		f.Add(body, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, typeUpdate bool) {
		kind := kindOperation
		if typeUpdate {
			kind = kindTypeUpdate
		}
		job, err := decodeStatus(body, kind, wordsOfContent())
		checkDecoded(t, OracleContent{}, job, err)
		if job != nil && job.Info != nil && !typeUpdate {
			t.Error("an operation that is no type update has a type")
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, word := range []string{"2026-11-22T08:30:00.5Z", "2026-11-22 08:30:00", "1795336200500", "1e15", "-1", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"} {
		f.Add(word, "UTC")
		f.Add(word, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, word, zone string) {
		parsed := parseTime(word, zone)
		if !parsed.IsZero() && (parsed.Unix() < 0 || parsed.Year() > 10000) {
			t.Errorf("%q in %q is %v", word, zone, parsed)
		}
	})
}

func FuzzMoment(f *testing.F) {
	for _, body := range []string{`{"value":"2026-11-22T08:30:00.5Z","timezone":"UTC"}`, `"2026-11-22T08:30:00Z"`, `1795336200`, `null`, `{`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var m moment
		if err := m.UnmarshalJSON(body); err != nil {
			t.Error(err)
		}
	})
}

func FuzzPercent(f *testing.F) {
	for _, body := range []string{`42`, `"42%"`, `" 42 % "`, `"NaN"`, `"1e999%"`, `"-0"`, `null`, `"\u0034"`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p percent
		if err := p.UnmarshalJSON(body); err != nil {
			t.Error(err)
		}
		if p.ratio != nil && (math.IsNaN(*p.ratio) || math.IsInf(*p.ratio, 0)) {
			t.Errorf("%q is %v", body, *p.ratio)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"120", "Sun, 22 Nov 2026 00:01:00 GMT", "99999999999999999999", "-1", "", "soon"} {
		f.Add(value)
	}
	now := time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		until, ok := retryAfter(http.Header{"Retry-After": {value}}, now)
		if ok == until.IsZero() && ok || until.After(now.Add(longestPause)) {
			t.Errorf("%q is %v, %v", value, until, ok)
		}
	})
}

func FuzzLabelValue(f *testing.F) {
	for _, value := range []string{"", "Größe", "a\nb", "\xff\xfe", strings.Repeat("ä", 200), "\u0085\u2028"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		fits := labelValue(value)
		if problem := unfit(fits, longestLabel); problem != "" {
			t.Errorf("%q becomes %q, which %s", value, fits, problem)
		}
		if labelValue(fits) != fits {
			t.Errorf("%q becomes %q and then %q", value, fits, labelValue(fits))
		}
	})
}

// FuzzErrorText hides credentials of a URL in any text around it.
func FuzzErrorText(f *testing.F) {
	for _, around := range []string{"", " ", "see ", "(", "http://a/", "http://a,", "next=", "a?", "a#", "mailto:", "%", "://", "\xff", "a@"} {
		f.Add(around, "")
		f.Add(around, around)
		f.Add("", around)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		text := ErrorText(before + "https://user:c4nary@example.com/path?token=c4nary" + after)
		if problem := unfit(text, longestErrorText); problem != "" {
			t.Errorf("%q %s", text, problem)
		}
		if strings.Contains(text, "c4nary") && !strings.Contains(before+after, "c4nary") {
			t.Errorf("%q shows a credential", text)
		}
	})
}

// capturedReplies are all replies of a system, as seeds.
func capturedReplies(f *testing.F, system string) [][]byte {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "replies", system, "*"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no replies of %s: %v", system, err)
	}
	var bodies [][]byte
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// checkDecoded checks the series of what a decoder made, with error texts and
// with few files.
func checkDecoded(t *testing.T, system System, job *Job, err error) {
	t.Helper()
	if (job == nil) == (err == nil) {
		t.Fatalf("job %v and error %v", job, err)
	}
	if job == nil {
		return
	}
	table := tableOfAll()
	view := jobView{name: "1", kind: "kind", job: job, firstSeen: time.Unix(1, 0), errorText: true, maxFiles: 3}
	seen, states := map[string]bool{}, 0.0
	made := table.samples(system.Name(), view, &seriesList{})
	labels := made.labels
	for _, s := range made.samples {
		row := table.rows[s.row]
		own := labels[:len(row.labels)]
		labels = labels[len(row.labels):]
		name := fmt.Sprintf("%s%q", row.name, own)
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		for i, value := range own {
			if problem := unfit(value, longest(row.labels[i])); problem != "" {
				t.Errorf("%s: %s %s", name, row.labels[i], problem)
			}
		}
		switch {
		case math.IsNaN(s.value) || math.IsInf(s.value, 0):
			t.Errorf("%s is %v", name, s.value)
		case strings.HasSuffix(row.name, "_ratio") && (s.value < 0 || s.value > 1):
			t.Errorf("%s is %v", name, s.value)
		case row.name == "asyncjob_state":
			states += s.value
		}
	}
	if len(labels) > 0 {
		t.Errorf("%q belong to no series", labels)
	}
	if states != 1 {
		t.Errorf("the sum of the states is %v", states)
	}
}

// tableOfAll is made once: a fuzz test needs it very often.
var tableOfAll = sync.OnceValue(func() *metricTable {
	return newMetricTable([]System{SampleExchange{}, VSphere{}, OracleMarketplace{}, OracleContent{}})
})

// unfit says why a text is no label value; empty where it is one.
func unfit(value string, limit int) string {
	switch {
	case !utf8.ValidString(value):
		return "is not valid UTF-8"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "holds control characters"
	case utf8.RuneCountInString(value) > limit:
		return "is too long"
	default:
		return ""
	}
}
