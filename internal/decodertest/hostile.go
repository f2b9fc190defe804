package decodertest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Hostile replaces every single field of captured replies by every hostile
// value: the rest of the reply counts, or it is an error, but never a series
// that Prometheus cannot take.
func (c *Checker) Hostile(t *testing.T, names []string, decode func([]byte) (*job.Job, error)) {
	t.Helper()
	for _, name := range names {
		var reply any
		if err := json.Unmarshal(Reply(t, name), &reply); err != nil {
			t.Fatal(err)
		}
		tried := 0
		eachReplaced(reply, func() {
			decoded, err := decode(encodedUnchecked(reply))
			c.Check(t, decoded, err)
			tried++
		})
		if tried < 100 || t.Failed() {
			t.Errorf("%s: tried %d changes", name, tried)
		}
	}
}

// hostileValues are what no field is expected to hold, as JSON.
func hostileValues() []json.RawMessage {
	texts := []string{
		`null`, `true`, `""`, `[]`, `{}`, `[null]`, `[1,"a"]`, `{"value":{}}`, `-1`, `1e300`, `1e999`, `1795336200500`,
		`"\u0000\u001b[31m\u0085"`, "\"\xff\xfe\"", `"NaN"`, `"1e999%"`, `"` + strings.Repeat("ä\u2028", 300) + `"`,
		strings.Repeat("[", 50) + strings.Repeat("]", 50),
	}
	var values []json.RawMessage
	for _, text := range texts {
		values = append(values, json.RawMessage(text))
	}
	return values
}

// marker stands for a hostile value while the rest of a reply is encoded.
type marker struct{ value json.RawMessage }

// eachReplaced calls try for each field and each hostile value, with the value
// in the place of the field.
func eachReplaced(node any, try func()) {
	replace := func(set func(any), old any) {
		for _, value := range hostileValues() {
			set(marker{value})
			try()
		}
		set(old)
		eachReplaced(old, try)
	}
	switch parent := node.(type) {
	case map[string]any:
		for key, old := range parent {
			replace(func(value any) { parent[key] = value }, old)
		}
	case []any:
		for i, old := range parent {
			replace(func(value any) { parent[i] = value }, old)
		}
	}
}

// encodedUnchecked is JSON that may hold invalid UTF-8, which encoding/json
// would not write.
func encodedUnchecked(node any) []byte {
	switch v := node.(type) {
	case marker:
		return v.value
	case map[string]any:
		var members []string
		for key, value := range v {
			name, _ := json.Marshal(key)
			members = append(members, string(name)+":"+string(encodedUnchecked(value)))
		}
		return []byte("{" + strings.Join(members, ",") + "}")
	case []any:
		var elements []string
		for _, value := range v {
			elements = append(elements, string(encodedUnchecked(value)))
		}
		return []byte("[" + strings.Join(elements, ",") + "]")
	default:
		text, _ := json.Marshal(v)
		return text
	}
}
