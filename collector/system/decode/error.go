package decode

import (
	"bytes"
	"strings"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// ErrorText is the message of a free-text error field, as Message has it; false
// where the field is absent, empty or false, which means that there is no error.
func ErrorText(field json.RawMessage) (message string, present bool) {
	if word, ok := unquote(field); ok {
		return job.ErrorText(word), strings.TrimSpace(word) != ""
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
