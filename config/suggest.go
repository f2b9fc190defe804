package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// suggestion names the known key that a user most likely meant by an unknown
// one; empty where none is near.
func suggestion(unknown string, fields map[string]reflect.Value) string {
	return nearest(unknown, slices.Sorted(maps.Keys(fields)))
}

// DidYouMean ends a message about a word that is not known with the one that was
// most likely meant; empty where none is near.
func DidYouMean(unknown string, known []string) string { return nearest(unknown, known) }

// nearest names the one of some words that was most likely meant.
func nearest(unknown string, words []string) string {
	best := nearestWord(unknown, words)
	if best == "" {
		return ""
	}
	return ", did you mean " + strconv.Quote(best) + "?"
}

// nearestWord is the word with the fewest typing errors, empty where none is near.
func nearestWord(unknown string, words []string) string {
	best, bestDistance := "", 3
	for _, word := range words {
		distance := editDistance(plainKey(unknown), plainKey(word))
		near := distance < len(word)/2 || distance == 1 && len(word) > 2
		if distance < bestDistance && near && !strings.HasSuffix(word, "_ref") {
			best, bestDistance = word, distance
		}
	}
	return best
}

// nearestChoice is nearest for one of few words: where the spelling of none is
// near, the only one that begins with the same two letters is.
func nearestChoice(unknown string, words []string) string {
	if hint := nearest(unknown, words); hint != "" || len(unknown) < 2 {
		return hint
	}
	alike := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return !strings.HasPrefix(word, strings.ToLower(unknown[:2]))
	})
	if len(alike) != 1 {
		return ""
	}
	return ", did you mean " + strconv.Quote(alike[0]) + "?"
}

// plainKey makes basicAuth, basic-auth and basic_auth equal.
func plainKey(key string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(key))
}

// editDistance is the number of bytes to insert, delete or replace to make b of
// a (Levenshtein). Long texts, which are no keys, count as far apart.
func editDistance(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
