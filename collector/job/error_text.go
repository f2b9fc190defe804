package job

import (
	"net/url"
	"strings"
)

// ErrorText makes an upstream's error message fit to be shown: one line of at
// most 200 characters, without anything that may be a credential in its URLs.
func ErrorText(message string) string {
	words := strings.Fields(message)
	for i, word := range words {
		if strings.Contains(word, "://") {
			words[i] = withoutCredentials(word)
		}
	}
	return Clean(strings.Join(words, " "), LongestErrorText)
}

// withoutCredentials drops the userinfo, query and fragment of a URL that may
// have punctuation around it. What cannot be parsed is dropped whole.
func withoutCredentials(word string) string {
	start := strings.IndexFunc(word, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	end := strings.LastIndexFunc(word, func(r rune) bool { return !strings.ContainsRune(`"'.,;:!?)]}>`, r) }) + 1
	if start < 0 || start >= end {
		return "(a URL)"
	}
	location, err := url.Parse(word[start:end])
	if err != nil {
		return word[:start] + "(a URL)" + word[end:]
	}
	location.User, location.RawQuery, location.Fragment = nil, "", ""
	location.ForceQuery = false
	if strings.Contains(location.Opaque+location.Path, "@") { // credentials of another URL within this one
		return word[:start] + "(a URL)" + word[end:]
	}
	return word[:start] + location.String() + word[end:]
}
