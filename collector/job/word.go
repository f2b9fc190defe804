package job

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FoldWord makes upstream words equal that differ in case or blanks only.
func FoldWord(word string) string {
	if isFolded(word) {
		return word
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, word)
}

// isFolded reports whether a word is so plain that it is folded as it stands, as
// most vendors write their words.
func isFolded(word string) bool {
	for i := range len(word) {
		if c := word[i]; c <= ' ' || c >= utf8.RuneSelf || 'a' <= c && c <= 'z' {
			return false
		}
	}
	return true
}
