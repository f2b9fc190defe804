package expression

import (
	"errors"
	"math/big"
	"strings"

	"github.com/itchyny/gojq"
)

// jq looks at the clock between its instructions, but not within one: to add two
// texts, to compare two lists or to sort one may each take any time and memory.
// So whatever such an instruction works on passes a guard first, which refuses
// what is too large and counts what was used. Guards are functions of names that
// nobody can write; the walk over the syntax tree puts them in (see allow.go).
const (
	guardSize     = "guard: size"     // a whole value of moderate size
	guardEntries  = "guard: entries"  // an object or array of moderate length
	guardKey      = "guard: key"      // a small value, to sort or index by
	guardSearched = "guard: searched" // a text, or a small list
	guardMatched  = "guard: matched"  // a text of moderate length, to match a pattern
	guardShort    = "guard: short"    // a text as long as a number or date
	guardNumber   = "guard: number"   // no text or list, on which - / mean more than arithmetic
	guardIndex    = "guard: index"    // no list or object, which would be searched for
	guardElement  = "guard: element"  // one more element of a new array
	guardObject   = "guard: object"   // one more new object
	ownText       = "own: text"
	ownSplit      = "own: split"
	ownJoin       = "own: join"
)

const (
	// largestValue is the size of a value that one instruction may work on.
	largestValue = 4 << 20
	// largestSearched and largestKey are the same for work that grows faster.
	largestSearched = 16 << 10
	largestKey      = 1 << 10
	// longestShort is the length of a text that is read as a number or date.
	longestShort = 64
	// allowance is the sum of the sizes that the expressions of one reply may work on.
	allowance = 32 << 20
	// mostInterpolations is the number of arguments that functions of ours can have.
	mostInterpolations = 30
)

var (
	errTooLarge = errors.New("works on a value that is too large")
	errNoNumber = errors.New("- / % are for numbers only")
	errNoText   = errors.New("no text, or no list of texts")
	errNoIndex  = errors.New("neither a name nor a number stands in the brackets")
	// ErrMemory is the end of a reply whose expressions use too much memory.
	ErrMemory = errors.New("the expressions take too much memory")
)

// meter counts what the expressions of one reply have used.
type meter struct {
	left int
}

// use counts a value's size; an error where it is more than a limit or what is left.
func (m *meter) use(size, limit int) error {
	m.left -= size
	switch {
	case m.left < 0:
		return ErrMemory
	case size > limit:
		return errTooLarge
	default:
		return nil
	}
}

// functions are the guards, as options of gojq's compiler.
func (m *meter) functions() []gojq.CompilerOption {
	pass := func(name string, check func(value any) error) gojq.CompilerOption {
		return gojq.WithFunction(name, 0, 0, func(value any, _ []any) any {
			if err := check(value); err != nil {
				return err
			}
			return value
		})
	}
	upTo := func(limit int) func(any) error {
		return func(value any) error { return m.use(sizeOf(value, limit), limit) }
	}
	return []gojq.CompilerOption{
		pass(guardSize, upTo(largestValue)),
		pass(guardKey, upTo(largestKey)),
		pass(guardEntries, func(value any) error { return m.use(lengthOf(value)*sizeOfObject, allowance) }),
		pass(guardElement, func(any) error { return m.use(sizeOfElement, allowance) }),
		pass(guardObject, func(any) error { return m.use(sizeOfObject, allowance) }),
		pass(guardMatched, upTo(largestSearched)),
		pass(guardShort, short),
		pass(guardNumber, numeric),
		pass(guardIndex, single),
		pass(guardSearched, func(value any) error {
			if text, ok := value.(string); ok {
				return m.use(len(text), largestValue)
			}
			return m.use(sizeOf(value, largestSearched), largestSearched)
		}),
		gojq.WithFunction(ownText, 0, mostInterpolations, m.text),
		gojq.WithFunction(ownSplit, 1, 1, m.split),
		gojq.WithFunction(ownJoin, 1, 1, m.join),
	}
}

// What values take in memory, roughly.
const (
	sizeOfElement = 16
	sizeOfObject  = 320
)

// sizeOf is the size of a value with all that it holds, as often as it holds it.
// It stops counting beyond a limit.
func sizeOf(value any, limit int) int {
	size := sizeOfElement
	switch value := value.(type) {
	case string:
		size += len(value)
	case *big.Int:
		size += value.BitLen() / 8
	case []any:
		for i := 0; i < len(value) && size <= limit; i++ {
			size += sizeOf(value[i], limit-size)
		}
	case map[string]any:
		for name, member := range value {
			if size += len(name) + sizeOf(member, limit-size); size > limit {
				break
			}
		}
	}
	return size
}

func lengthOf(value any) int {
	switch value := value.(type) {
	case []any:
		return len(value)
	case map[string]any:
		return len(value)
	default:
		return 0
	}
}

func short(value any) error {
	if text, ok := value.(string); ok && len(text) > longestShort {
		return errTooLarge
	}
	return nil
}

func single(value any) error {
	switch value.(type) {
	case []any, map[string]any:
		return errNoIndex
	default:
		return nil
	}
}

func numeric(value any) error {
	switch value.(type) {
	case string, []any, map[string]any:
		return errNoNumber
	default:
		return nil
	}
}

// text is the text of its arguments, one after the other, or of its input where
// it has none: what jq's interpolation and tostring give.
func (m *meter) text(input any, arguments []any) any {
	if len(arguments) == 0 {
		arguments = []any{input}
	}
	if text, ok := arguments[0].(string); ok && len(arguments) == 1 {
		return text
	}
	var text strings.Builder
	for _, argument := range arguments {
		if err := m.write(&text, argument); err != nil {
			return err
		}
	}
	return text.String()
}

// write adds a value's text, as long as the whole stays of moderate size.
func (m *meter) write(text *strings.Builder, value any) error {
	word, ok := value.(string)
	if !ok {
		if err := m.use(sizeOf(value, largestValue), largestValue); err != nil {
			return err
		}
		encoded, err := gojq.Marshal(value)
		if err != nil {
			return errNoText
		}
		word = string(encoded)
	}
	if text.Len()+len(word) > largestValue {
		return errTooLarge
	}
	if err := m.use(len(word), largestValue); err != nil {
		return err
	}
	text.WriteString(word)
	return nil
}

func (m *meter) split(input any, arguments []any) any {
	text, ok := input.(string)
	separator, separated := arguments[0].(string)
	if !ok || !separated {
		return errNoText
	}
	if text == "" {
		return []any{}
	}
	number := strings.Count(text, separator) + 1
	if err := m.use(len(text)+number*2*sizeOfElement, allowance); err != nil {
		return err
	}
	parts := make([]any, 0, number)
	for part := range strings.SplitSeq(text, separator) {
		parts = append(parts, part)
	}
	return parts
}

func (m *meter) join(input any, arguments []any) any {
	list, ok := input.([]any)
	separator, separated := arguments[0].(string)
	if !ok || !separated {
		return errNoText
	}
	var text strings.Builder
	for i, element := range list {
		if i > 0 {
			if err := m.write(&text, separator); err != nil {
				return err
			}
		}
		switch element.(type) {
		case nil:
			continue
		case []any, map[string]any:
			return errNoText
		}
		if err := m.write(&text, element); err != nil {
			return err
		}
	}
	return text.String()
}
