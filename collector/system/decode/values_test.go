package decode

import (
	"testing"
	"time"
)

func TestProgressInAllSpellings(t *testing.T) {
	for text, want := range map[string]float64{"42": 0.42, "42%": 0.42, " 42 % ": 0.42, "3/10": 0.3, "62.5": 0.625, "0": 0, "1e2": 1, "120": 1.2} { //nolint:gocritic // blanks are meant
		if got := ParsePercent(text); got == nil || *got != want {
			t.Errorf("percent %q is %v, want %v", text, got, want)
		}
	}
	for text, want := range map[string]float64{"0.42": 0.42, "42%": 0.42, "3 / 10": 0.3, "1": 1} {
		if got := ParseRatio(text); got == nil || *got != want {
			t.Errorf("ratio %q is %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "-", "NaN", "Inf", "1e999", "3/0", "3/", "/3", "3/x", "a%", "1/2/3", "1/1e-320"} {
		if percent, ratio := ParsePercent(text), ParseRatio(text); percent != nil || ratio != nil {
			t.Errorf("%q is %v, %v", text, percent, ratio)
		}
	}
}

func TestTimesInAllSpellings(t *testing.T) {
	const want = "2026-11-26T09:00:00Z"
	for _, text := range []string{
		"2026-11-26T09:00:00Z", "2026-11-26T10:00:00+01:00", "2026-11-26T10:00:00+0100", "2026-11-26T09:00:00", "2026-11-26 09:00:00",
		"2026-11-26T09:00:00.000000000Z", "1795683600", "1795683600000", "1795683600.0", "2026-11-26 09:00:00 UTC", "2026-11-26T09:00:00 GMT",
		"Thu, 26 Nov 2026 09:00:00 GMT", "2026-11-26 10:00:00 +0100", "2026-11-26 10:00:00+01:00", " 2026-11-26T09:00:00Z\n", "1.7956836e+09",
	} {
		if got := ParseTime(text, "").Format(time.RFC3339); got != want {
			t.Errorf("%q is %s", text, got)
		}
	}
	for _, text := range []string{"", "0", "-1", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "yesterday", "2026-11-26 09:00:00 CEST", "NaN", "1e300", "26.11.2026"} {
		if got := ParseTime(text, ""); !got.IsZero() {
			t.Errorf("%q is %s", text, got)
		}
	}
}
