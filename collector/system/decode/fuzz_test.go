package decode

import (
	"math"
	"testing"
)

func FuzzTime(f *testing.F) {
	for _, word := range []string{"2026-11-22T08:30:00.5Z", "2026-11-22 08:30:00", "1795336200500", "1e15", "-1", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"} {
		f.Add(word, "UTC")
		f.Add(word, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, word, zone string) {
		parsed := ParseTime(word, zone)
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
		var m Moment
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
		var p Percent
		if err := p.UnmarshalJSON(body); err != nil {
			t.Error(err)
		}
		if p.Ratio != nil && (math.IsNaN(*p.Ratio) || math.IsInf(*p.Ratio, 0)) {
			t.Errorf("%q is %v", body, *p.Ratio)
		}
	})
}
