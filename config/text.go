package config

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTextLength bounds, in characters, what becomes a label's value.
const maxTextLength = 128

// textProblem says why a text cannot be a label's value; empty where it can.
func textProblem(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "must be valid UTF-8"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "must not hold control characters"
	case utf8.RuneCountInString(text) > maxTextLength:
		return fmt.Sprintf("must not be longer than %d characters", maxTextLength)
	default:
		return ""
	}
}

// requiredTextProblem is textProblem for a text that must not be empty.
func requiredTextProblem(text string) string {
	if text == "" {
		return "is missing"
	}
	return textProblem(text)
}

// cleanName is the name of a file, which may hold any bytes, as it can be shown:
// in labels, logs and messages.
func cleanName(path string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(path, string(unicode.ReplacementChar)))
}
