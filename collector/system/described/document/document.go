// Package document decodes the JSON of a reply into values, and only those
// parts of it that somebody named.
//
// A body that is decoded whole takes up to fifty times its size, and most of
// a reply interests nobody. What is not named is skipped: it costs no memory,
// and cannot be shown by mistake.
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// longestNumber is the length of a number, in digits, that is still one. Work on
// longer ones would take time that grows with the square of their length.
const longestNumber = 64

// Decode decodes the parts of a body that are needed. Objects are
// map[string]any, arrays []any, numbers json.Number. Errors name positions
// only: nothing of a body may reach a log.
func Decode(body []byte, need *Need) (any, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // some servers begin with a byte order mark
	if !json.Valid(body) {
		return nil, syntaxError(body)
	}
	r := reader{body: body}
	return r.value(need), nil
}

func syntaxError(body []byte) error {
	var nothing json.RawMessage
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(body, &nothing)); ok {
		return fmt.Errorf("not JSON: broken at byte %d of %d", syntax.Offset, len(body))
	}
	return errors.New("not JSON that can be read")
}

// reader walks over JSON that is known to be valid.
type reader struct {
	body []byte
	at   int
}

// value reads the value at hand.
func (r *reader) value(need *Need) any {
	r.blanks()
	switch r.body[r.at] {
	case '{':
		return r.object(need)
	case '[':
		return r.array(need)
	case '"':
		return r.text()
	case 't':
		r.at += len("true")
		return true
	case 'f':
		r.at += len("false")
		return false
	case 'n':
		r.at += len("null")
		return nil
	default:
		return r.number()
	}
}

func (r *reader) object(need *Need) any {
	object := make(map[string]any)
	r.at++
	for r.next('}') {
		if name, below, wanted := need.member(r.key()); wanted {
			r.at++ // the colon
			object[name] = r.value(below)
		} else {
			r.at++
			r.skip()
		}
	}
	return object
}

func (r *reader) array(need *Need) any {
	list := []any{}
	element, wanted := need.element()
	if !wanted {
		r.skip()
		return list
	}
	r.at++
	for r.next(']') {
		list = append(list, r.value(element))
	}
	return list
}

// next goes to the next member or element; false after the last.
func (r *reader) next(end byte) bool {
	r.blanks()
	if r.body[r.at] == ',' {
		r.at++
		r.blanks()
	}
	if r.body[r.at] == end {
		r.at++
		return false
	}
	return true
}

// key is the name of the member at hand, as bytes that are not to be kept.
func (r *reader) key() []byte {
	quoted := r.quoted()
	r.blanks()
	if plain, ok := unescaped(quoted); ok {
		return plain
	}
	return []byte(decoded(quoted))
}

func (r *reader) text() string {
	quoted := r.quoted()
	if plain, ok := unescaped(quoted); ok {
		return string(plain)
	}
	return decoded(quoted)
}

// quoted is the string at hand with its quotation marks.
func (r *reader) quoted() []byte {
	start := r.at
	for r.at++; r.body[r.at] != '"'; r.at++ {
		if r.body[r.at] == '\\' {
			r.at++
		}
	}
	r.at++
	return r.body[start:r.at]
}

// unescaped is the content of a string that stands there as it is meant.
func unescaped(quoted []byte) (content []byte, ok bool) {
	content = quoted[1 : len(quoted)-1]
	return content, bytes.IndexByte(content, '\\') < 0 && utf8.Valid(content)
}

func decoded(quoted []byte) string {
	var text string
	_ = json.Unmarshal(quoted, &text) // the whole body is valid
	return text
}

// number is the number at hand; nil where no upstream can mean it.
func (r *reader) number() any {
	start := r.at
	r.skipScalar()
	if r.at-start > longestNumber {
		return nil
	}
	return json.Number(r.body[start:r.at])
}

func (r *reader) blanks() {
	for r.at < len(r.body) {
		switch r.body[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// skip passes over the value at hand.
func (r *reader) skip() {
	r.blanks()
	depth := 0
	for {
		switch r.body[r.at] {
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		case '"':
			r.quoted()
		case ',', ':', ' ', '\t', '\n', '\r':
			r.at++
		default:
			r.skipScalar()
		}
		if depth == 0 {
			return
		}
	}
}

// skipScalar passes over a number, true, false or null.
func (r *reader) skipScalar() {
	for r.at < len(r.body) {
		switch r.body[r.at] {
		case ',', ':', '}', ']', ' ', '\t', '\n', '\r':
			return
		default:
			r.at++
		}
	}
}
