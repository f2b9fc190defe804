// Package decode reads the JSON of replies: fields that vendors spell in several
// ways, and that count as absent where they are of another type. It is pure.
package decode

import (
	"bytes"
	"errors"
	"fmt"

	json "github.com/go-json-experiment/json/v1"
)

// The import is the mirror of Go 1.27's encoding/json, which decodes by the rules of
// the one of Go 1.26 in three fifths of the time; it gives way to that once Go 1.27 is required.

// JSON reads a reply's JSON, a byte order mark before it left out. A field of
// another type than expected counts as absent, like null: encoding/json skips it
// and goes on. Errors name positions only: nothing of a body may reach a log.
func JSON(body []byte, reply any) error {
	body = Unmarked(body)
	err := json.Unmarshal(body, reply)
	var wrongType *json.UnmarshalTypeError
	switch syntax, broken := errors.AsType[*json.SyntaxError](err); {
	case err == nil, errors.As(err, &wrongType):
		return nil
	case len(bytes.TrimSpace(body)) == 0:
		return errors.New("the reply is empty")
	case isPage(body):
		return errors.New("not JSON but a page for people: is url the address of the API?")
	case broken:
		return fmt.Errorf("not JSON: broken at byte %d of %d", syntax.Offset, len(body))
	default:
		return errors.New("not JSON that can be read")
	}
}

// isPage reports whether a body is HTML.
func isPage(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

// Unmarked is a body without the byte order mark that some servers put first.
func Unmarked(body []byte) []byte {
	return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
}

// Object is a body that is a JSON object; nil where it is anything else.
func Object(body []byte) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(Unmarked(body), &object) != nil {
		return nil
	}
	return object
}

// ErrNoState is the answer to a reply from which nothing can be learned.
var ErrNoState = errors.New("the reply does not say what state the job is in")
