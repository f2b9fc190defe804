package decode

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ParsePercent is a percentage as a ratio: 42, 42%, or a fraction such as 3/10.
// It is nil where the text is none.
func ParsePercent(text string) *float64 {
	text = strings.TrimSpace(text)
	if ratio := fraction(text); ratio != nil {
		return ratio
	}
	return scaled(strings.TrimSpace(strings.TrimSuffix(text, "%")), 0.01)
}

// ParseRatio is a ratio: 0.42, a fraction such as 3/10, or a percentage with its
// sign. It is nil where the text is none.
func ParseRatio(text string) *float64 {
	text = strings.TrimSpace(text)
	if ratio := fraction(text); ratio != nil {
		return ratio
	}
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		return scaled(strings.TrimSpace(percent), 0.01)
	}
	return scaled(text, 1)
}

// ParseNumber is a finite number; nil where the text is none.
func ParseNumber(text string) *float64 { return scaled(strings.TrimSpace(text), 1) }

func scaled(text string, factor float64) *float64 {
	if text == "" { // many a field is: not worth an error
		return nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		return nil
	}
	if factor == 0.01 {
		number /= 100 // a product with 0.01 would be another number
	}
	return &number
}

// fraction is a part of a whole, with a slash between them.
func fraction(text string) *float64 {
	part, whole, ok := strings.Cut(text, "/")
	if !ok {
		return nil
	}
	return Share(ParseNumber(part), ParseNumber(whole))
}

// Share is a part of a whole; nil where either is not known, or the whole is nothing.
func Share(part, whole *float64) *float64 {
	if part == nil || whole == nil || *whole <= 0 {
		return nil
	}
	ratio := *part / *whole
	if math.IsInf(ratio, 0) {
		return nil
	}
	return &ratio
}

// ParseTime reads a vendor's time; a zero time where it is none. zone is the
// name of the time zone of a time without an offset; empty: UTC.
func ParseTime(word, zone string) time.Time {
	word = strings.TrimSpace(word)
	if word == "" { // many a field is: not worth the errors
		return time.Time{}
	}
	if withOffset, err := time.Parse(time.RFC3339, word); err == nil {
		return plausible(withOffset)
	}
	location, err := time.LoadLocation(zone)
	if err != nil || location == time.Local {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700"} {
		if parsed, err := time.ParseInLocation(layout, word, location); err == nil {
			return plausible(parsed)
		}
	}
	if number, err := strconv.ParseFloat(word, 64); err == nil {
		return epoch(number)
	}
	return namedZone(word)
}

// namedZone reads times whose zone is spelled out. Of all the names, only those
// of UTC mean the same to everybody.
func namedZone(word string) time.Time {
	for _, zone := range []string{" UTC", " GMT", " Z"} {
		if text, ok := strings.CutSuffix(word, zone); ok {
			for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", strings.TrimSuffix(http.TimeFormat, " GMT")} {
				if parsed, err := time.Parse(layout, text); err == nil {
					return plausible(parsed)
				}
			}
		}
	}
	return time.Time{}
}

// epoch reads seconds since 1970, or milliseconds where seconds would lie
// beyond the year 5000.
func epoch(number float64) time.Time {
	const year5000 = 95617584000
	if math.Abs(number) > year5000 {
		number /= 1000
	}
	if !(number > 0 && number <= year5000) {
		return time.Time{}
	}
	return time.UnixMilli(int64(math.Round(number * 1000))).UTC()
}

// plausible drops the times that serializers write for "none", such as year 1.
func plausible(t time.Time) time.Time {
	if t.Unix() <= 0 {
		return time.Time{}
	}
	return t.UTC()
}
