package job

import (
	"strings"
	"unicode"
)

// FoldWord makes upstream words equal that differ in case or blanks only.
func FoldWord(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, word)
}
