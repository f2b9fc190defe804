// Package decode reads the JSON of replies: fields that vendors spell in several
// ways, and that count as absent where they are of another type. It is pure.
package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// JSON reads a reply's JSON. A field of another type than expected counts as
// absent, like null: encoding/json skips it and goes on. Errors name positions
// only: nothing of a body may reach a log.
func JSON(body []byte, reply any) error {
	err := json.Unmarshal(body, reply)
	var wrongType *json.UnmarshalTypeError
	if err == nil || errors.As(err, &wrongType) {
		return nil
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("not JSON: broken at byte %d of %d", syntax.Offset, len(body))
	}
	return errors.New("not JSON that can be read")
}

// ErrNoState is the answer to a reply from which nothing can be learned.
var ErrNoState = errors.New("the reply does not say what state the job is in")

// IsObject reports whether the body of a 404 is an error message of an API,
// a JSON object with something in it, rather than the page of a web server.
func IsObject(body []byte) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal(body, &object) == nil && len(object) > 0
}

// unquote is the text of a JSON string; false where data, which is valid JSON
// or empty, is anything else, except that null is an empty text. Most strings
// hold no escapes: they are taken as they stand.
func unquote(data []byte) (string, bool) {
	last := len(data) - 1
	if last > 0 && data[0] == '"' && data[last] == '"' && bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data) {
		return string(data[1:last]), true
	}
	var word string
	err := json.Unmarshal(data, &word)
	return word, err == nil
}

// Percent is a percentage that may come as 42, "42" or "42%". It decodes to a ratio.
type Percent struct{ Ratio *float64 }

// UnmarshalJSON never fails: what is no percentage is absent.
func (p *Percent) UnmarshalJSON(data []byte) error {
	text, ok := unquote(data)
	if !ok {
		text = string(data)
	}
	p.Ratio = ParsePercent(text)
	return nil
}

// Number is a finite number. A pointer to a float64 would not do: encoding/json
// sets it, to 0, also where the field is of another type.
type Number struct{ Value *float64 }

// UnmarshalJSON never fails: what is no number is absent.
func (n *Number) UnmarshalJSON(data []byte) error {
	n.Value = nil
	if value, err := strconv.ParseFloat(string(data), 64); err == nil {
		n.Value = &value
	}
	return nil
}

// Flag is a boolean; see number.
type Flag struct{ Value *bool }

// UnmarshalJSON never fails: what is no boolean is absent.
func (f *Flag) UnmarshalJSON(data []byte) error {
	f.Value = nil
	if word := string(data); word == "true" || word == "false" {
		value := word == "true"
		f.Value = &value
	}
	return nil
}

// Text is a string for a label that may also come as a number, such as an id.
type Text string

// UnmarshalJSON never fails: what is neither a string nor a number is absent.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = ""
	if word, ok := unquote(data); ok {
		*t = Text(word)
		return nil
	}
	var number json.Number
	if json.Unmarshal(data, &number) == nil {
		*t = Text(number)
	}
	return nil
}

// Moment is a time that may come as an RFC 3339 string, with or without
// a zone, as seconds or milliseconds since 1970, or as Oracle's object of
// a value and a time zone.
type Moment struct{ time.Time }

// UnmarshalJSON never fails: what is no time is absent.
func (m *Moment) UnmarshalJSON(data []byte) error {
	zone := ""
	if len(data) > 0 && data[0] == '{' {
		data, zone = zonedTime(data)
	}
	word, ok := unquote(data)
	if !ok {
		word = string(data)
	}
	m.Time = ParseTime(word, zone)
	return nil
}

// zonedTime is what Oracle's object of a time and its zone holds; value is
// empty where the object is something else.
func zonedTime(data []byte) (value []byte, zone string) {
	var object struct {
		Value    json.RawMessage `json:"value"`
		Timezone string          `json:"timezone"`
	}
	_ = json.Unmarshal(data, &object) // what has no value is no time
	return object.Value, object.Timezone
}

// Count is the number where it is one that cannot be negative: a size, or how many there are.
// Anything else is absent.
func (n Number) Count() *float64 {
	if n.Value == nil || *n.Value < 0 {
		return nil
	}
	return n.Value
}

// Percentage is the number as a ratio where it is a percentage.
func (n Number) Percentage() *float64 {
	if n.Value == nil {
		return nil
	}
	ratio := *n.Value / 100
	return &ratio
}

// Labels are the labels of an info metric; nil where the upstream said none of them.
func Labels(labels ...string) []string {
	if slices.ContainsFunc(labels, func(label string) bool { return label != "" }) {
		return labels
	}
	return nil
}

// ErrorText is the message of a free-text error field; false where the field
// is absent, empty or false, which means that there is no error.
func ErrorText(field json.RawMessage) (message string, present bool) {
	if word, ok := unquote(field); ok {
		word = strings.TrimSpace(word)
		return word, word != ""
	}
	return "", Truthy(field)
}

// Truthy reports whether a JSON value counts as "there is one", as in the
// vendors' own clients, which are JavaScript and shell.
func Truthy(field json.RawMessage) bool {
	switch string(bytes.TrimSpace(field)) {
	case "", "null", "false", "0", `""`:
		return false
	default:
		return true
	}
}
