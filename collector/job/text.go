package job

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// LongestLabel is the length of most label values, in characters.
	LongestLabel = 128
	// LongestErrorText is the same for the label "error".
	LongestErrorText = 200
)

// Label makes any text fit to be a label value: valid UTF-8, no control
// characters, not too long. Text that fits already is returned as it is.
func Label(value string) string { return Clean(value, LongestLabel) }

// Clean is Label with a length of one's own.
func Clean(value string, limit int) string {
	if len(value) <= limit && (isPlain(value) || utf8.ValidString(value) && !strings.ContainsFunc(value, unicode.IsControl)) {
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

// isPlain reports whether a text is of printable ASCII only, as most are.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// Cut is as much of a text as limit characters hold, otherwise as it came. It
// keeps nothing of what it leaves out in memory.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	length := 0
	for i := range text {
		if length == limit {
			return strings.Clone(text[:i])
		}
		length++
	}
	return text
}
