package collector

import (
	"encoding/json"
	"strings"
	"testing"
)

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

// richReplies are the captured replies that, together, have every field.
func richReplies() map[System][]string {
	return map[System][]string{
		SampleExchange{}:    {"finished-with-error.json"},
		VSphere{}:           {"preview-api.json", "error-rest.json", "one-file-api.json", "download-files-rest.json"},
		OracleMarketplace{}: {"in-progress.json"},
		OracleContent{}:     {"failed.json", "result-409.json", "plain-times.json"},
	}
}

// TestHostileFields replaces every single field of a reply by every hostile
// value: the rest of the reply counts, or it is an error, but never a series
// that Prometheus cannot take.
func TestHostileFields(t *testing.T) {
	for system, names := range richReplies() {
		decodeAny := decoderOf(system)
		for _, name := range names {
			var reply any
			if err := json.Unmarshal(readReply(t, system.Name()+"/"+name), &reply); err != nil {
				t.Fatal(err)
			}
			tried := 0
			eachReplaced(reply, func() {
				job, err := decodeAny(encodedUnchecked(reply))
				checkDecoded(t, system, job, err)
				tried++
			})
			if tried < 100 || t.Failed() {
				t.Errorf("%s/%s: tried %d changes", system.Name(), name, tried)
			}
		}
	}
}

func decoderOf(system System) func([]byte) (*Job, error) {
	switch reader := readerWith(system, nil).(type) {
	case *sampleExchangeReader:
		return func(body []byte) (*Job, error) { return decodeSampleJob(body, reader.words) }
	case *marketplaceReader:
		return func(body []byte) (*Job, error) { return decodeMachineImage(body, reader.words) }
	case *contentReader:
		return func(body []byte) (*Job, error) { return decodeStatus(body, kindTypeUpdate, reader.words) }
	case *vsphereReader:
		return func(body []byte) (*Job, error) { return decodeEither(body, reader) }
	default:
		return nil
	}
}

// decodeEither decodes a reply of either flavour that is a session or a list of files.
func decodeEither(body []byte, reader *vsphereReader) (*Job, error) {
	rest := strings.HasPrefix(string(body), `{"value"`)
	if files, err := decodeFiles(body, rest, reader.files); err == nil {
		return &Job{State: Running, Files: files}, nil
	}
	return decodeSession(body, rest, reader.sessions)
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
