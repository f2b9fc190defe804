package collector

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// longestLabel is the length of most label values, in characters.
	longestLabel = 128
	// longestErrorText is the same for the label "error".
	longestErrorText = 200
)

// labelValue makes any text fit to be a label value: valid UTF-8, no control
// characters, not too long. Text that fits already is returned as it is.
func labelValue(value string) string { return fit(value, longestLabel) }

// longest is the length of a label's value, in characters.
func longest(label string) int {
	if label == "error" {
		return longestErrorText
	}
	return longestLabel
}

func fit(value string, limit int) string {
	if len(value) <= limit && utf8.ValidString(value) && !strings.ContainsFunc(value, unicode.IsControl) {
		return value
	}
	var cleaned strings.Builder
	length := 0
	for _, r := range value { // yields U+FFFD for invalid UTF-8
		if length == limit {
			break
		}
		if unicode.IsControl(r) {
			r = ' '
		}
		cleaned.WriteRune(r)
		length++
	}
	return cleaned.String()
}
