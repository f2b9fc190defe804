package decode

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Text is a name or an id for a label, which may also come as a number. Of a
// long one only as much is kept as a label shows.
type Text string

// UnmarshalJSON never fails: what is neither a string nor a number is absent.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = ""
	if word, ok := unquote(data); ok {
		*t = Text(job.Label(word))
		return nil
	}
	var number json.Number
	if json.Unmarshal(data, &number) == nil {
		*t = Text(job.Label(number.String()))
	}
	return nil
}

// Word is an upstream's word for a state, a type or the like, as it came but
// for its length. It is a string: a number is no word.
type Word string

// UnmarshalJSON never fails: what is no string is absent.
func (w *Word) UnmarshalJSON(data []byte) error {
	word, _ := unquote(data)
	*w = Word(job.Cut(word, job.LongestLabel))
	return nil
}

// IsBlank reports whether there is no word.
func (w Word) IsBlank() bool { return strings.TrimSpace(string(w)) == "" }

// OrNone is the word, empty where it is blank.
func (w Word) OrNone() Word {
	if w.IsBlank() {
		return ""
	}
	return w
}

// IsNumber reports whether a word is a number in quotes.
func (w Word) IsNumber() bool { return ParseNumber(string(w)) != nil }

// Message is free text of the upstream's, such as an error message: as much of
// it as is ever shown, in one line and without credentials.
type Message string

// UnmarshalJSON never fails: what is no string is absent.
func (m *Message) UnmarshalJSON(data []byte) error {
	text, _ := unquote(data)
	*m = Message(job.ErrorText(text))
	return nil
}

// Labels are the labels of an info metric; nil where the upstream said none of them.
func Labels(labels ...string) []string {
	if slices.ContainsFunc(labels, func(label string) bool { return label != "" }) {
		return labels
	}
	return nil
}

// unquoted is the text of a JSON string, nothing for null, or any other value as it
// stands.
func unquoted(data []byte) string {
	if text, ok := unquote(data); ok {
		return text
	}
	return string(data)
}

// unquote is the text of a JSON string; false where data, which is a valid JSON
// value or empty, is anything else, except that null is an empty text. Most strings
// hold no escapes: they are taken as they stand.
func unquote(data []byte) (string, bool) {
	last := len(data) - 1
	switch {
	case string(data) == "null":
		return "", true
	case last < 1 || data[0] != '"':
		return "", false // most are numbers, which are not worth an error
	case data[last] == '"' && bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data):
		return string(data[1:last]), true
	}
	var word string
	err := json.Unmarshal(data, &word)
	return word, err == nil
}
