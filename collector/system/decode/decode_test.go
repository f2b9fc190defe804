package decode

import (
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json/v1"
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
		var got struct{ T Moment }
		if err := json.Unmarshal([]byte(`{"T":`+reply+`}`), &got); err != nil || !got.T.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", reply, got.T, err, want)
		}
	}
}

func TestPercents(t *testing.T) {
	for reply, want := range map[string]float64{
		`42`: 0.42, `42.5`: 0.425, `"42"`: 0.42, `"42%"`: 0.42, `" 42 % "`: 0.42, `"100%"`: 1, `"0%"`: 0, `"142%"`: 1.42, `"-5%"`: -0.05, `"4.2e1%"`: 0.42,
	} {
		var got struct{ P Percent }
		if err := json.Unmarshal([]byte(`{"P":`+reply+`}`), &got); err != nil || got.P.Ratio == nil || *got.P.Ratio != want {
			t.Errorf("%s is %v (%v), want %v", reply, got.P.Ratio, err, want)
		}
	}
	for _, reply := range []string{`null`, `true`, `"n/a"`, `""`, `"%"`, `"42%%"`, `"NaN"`, `"Inf%"`, `"1e999"`, `[42]`, `{}`} {
		var got struct{ P Percent }
		if err := json.Unmarshal([]byte(`{"P":`+reply+`}`), &got); err != nil || got.P.Ratio != nil {
			t.Errorf("%s is %v (%v), want nothing", reply, got.P.Ratio, err)
		}
	}
}

// TestWrongTypesAreAbsent: neither 0 nor false nor an error, and the rest of
// the reply counts.
func TestWrongTypesAreAbsent(t *testing.T) {
	type reply struct {
		N Number
		F Flag
		T Text
		S string
	}
	for _, wrong := range []string{`null`, `[]`, `{}`, `[1]`, `{"a":1}`} {
		var got reply
		if err := JSON([]byte(`{"N":`+wrong+`,"F":`+wrong+`,"T":`+wrong+`,"S":"kept"}`), &got); err != nil {
			t.Errorf("%s: %v", wrong, err)
		}
		if got.N.Value != nil || got.F.Value != nil || got.T != "" || got.S != "kept" {
			t.Errorf("%s became %+v", wrong, got)
		}
	}
	var got reply
	if err := JSON([]byte(`{"N":"seven","F":"true","T":true,"S":7}`), &got); err != nil || got != (reply{}) {
		t.Errorf("wrong types became %+v (%v)", got, err)
	}
	if err := JSON([]byte(`{"N":1e999,"F":1,"T":1e999}`), &got); err != nil || got.N.Value != nil || got.F.Value != nil {
		t.Errorf("a number out of range became %+v (%v)", got, err)
	}
	if err := JSON([]byte(`{"N":7.5,"F":true,"T":7,"S":"s"}`), &got); err != nil || *got.N.Value != 7.5 || !*got.F.Value || got.T != "7" {
		t.Errorf("right types became %+v (%v)", got, err)
	}
}

// TestDecodeErrorsHoldNothingOfTheBody because they are logged.
func TestDecodeErrorsHoldNothingOfTheBody(t *testing.T) {
	for _, body := range []string{
		``, `canary`, `{"canary`, `{"a":canary}`, `<html>canary</html>`, `{"a":"canary\q"}`, `{"a":"canary"} canary`, strings.Repeat(`[`, 20000), "\x00canary",
	} {
		var reply struct{ A string }
		err := JSON([]byte(body), &reply)
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

// TestNumbersInQuotesAreNumbers because some of the vendors' serializers quote all of them.
func TestNumbersInQuotesAreNumbers(t *testing.T) {
	for reply, want := range map[string]float64{`7`: 7, `"7"`: 7, `" 7.5 "`: 7.5, `"-1"`: -1, `"7e2"`: 700, `"\u0037"`: 7, `"0"`: 0} {
		var got struct{ N Number }
		if err := JSON([]byte(`{"N":`+reply+`}`), &got); err != nil || got.N.Value == nil || *got.N.Value != want {
			t.Errorf("%s is %v (%v), want %v", reply, got.N.Value, err, want)
		}
	}
	for _, reply := range []string{`""`, `" "`, `"7 of 9"`, `"0x7"`, `"inf"`, `"NaN"`, `"1e999"`, `"7%"`, `true`, `"true"`, `null`, `["7"]`} {
		var got struct{ N Number }
		if err := JSON([]byte(`{"N":`+reply+`}`), &got); err != nil || got.N.Value != nil {
			t.Errorf("%s is a number (%v)", reply, err)
		}
	}
}

// TestByteOrderMarksAreNoPartOfAReply: servers on Windows, and some gateways, put one first.
func TestByteOrderMarksAreNoPartOfAReply(t *testing.T) {
	var got struct{ A Text }
	if err := JSON([]byte("\ufeff{\"A\":\"b\"}"), &got); err != nil || got.A != "b" {
		t.Errorf("%q, %v", got.A, err)
	}
	if object := Object([]byte("\ufeff{\"A\":1}")); len(object) != 1 {
		t.Errorf("%q", object)
	}
	if err := JSON([]byte("\ufeff\ufeff{}"), &got); err == nil {
		t.Error("a second mark is no JSON")
	}
}

// TestWhatIsNoJSONIsToldBySort so that the reader of the message knows where to look.
func TestWhatIsNoJSONIsToldBySort(t *testing.T) {
	for body, want := range map[string]string{
		"":                       "the reply is empty",
		" \n":                    "the reply is empty",
		" <!DOCTYPE html><html>": "a page for people: is url the address of the API?",
		"\ufeff<html>":           "a page for people: is url the address of the API?",
		"404 page not found":     "broken at byte 5 of 18",
		`{"a":`:                  "broken at byte 5 of 5",
	} {
		var got struct{}
		if err := JSON([]byte(body), &got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", body, err, want)
		}
	}
}

// TestLongTextsAreCutWhenTheyAreDecoded: a job is kept as long as it is known, and
// a label shows its first characters only.
func TestLongTextsAreCutWhenTheyAreDecoded(t *testing.T) {
	long := strings.Repeat("ä", 100_000)
	var got struct {
		T Text
		W Word
		M Message
	}
	body := `{"T":"` + long + `","W":"` + long + `","M":"` + long + `"}`
	if err := JSON([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.T != Text(long[:256]) || got.W != Word(long[:256]) || got.M != Message(long[:400]) {
		t.Errorf("%d, %d and %d bytes are kept", len(got.T), len(got.W), len(got.M))
	}
	if text, present := ErrorText(json.RawMessage(`"` + long + `"`)); !present || text != long[:400] {
		t.Errorf("%d bytes of an error are kept", len(text))
	}
	if err := JSON([]byte(`{"T":`+strings.Repeat("7", 100_000)+`}`), &got); err != nil || len(got.T) != 128 {
		t.Errorf("%d digits are kept (%v)", len(got.T), err)
	}
}

// TestNamesAreCleanedWhenTheyAreDecoded so that no page and no log has to.
func TestNamesAreCleanedWhenTheyAreDecoded(t *testing.T) {
	var got struct {
		T Text
		M Message
	}
	body := "{\"T\":\"a\\u001b[31m\\u0000b\xff\",\"M\":\"a\\nb \\u0007https://u:p@example.com/?c\"}"
	if err := JSON([]byte(body), &got); err != nil || got.T != "a [31m b\ufffd" || got.M != "a b  https://example.com/" {
		t.Errorf("%q and %q (%v)", got.T, got.M, err)
	}
}
