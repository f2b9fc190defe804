package decode

import (
	"encoding/json"
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
	if err := JSON([]byte(`{"N":"7","F":"true","T":true,"S":7}`), &got); err != nil || got != (reply{}) {
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
