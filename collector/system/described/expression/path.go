package expression

import (
	"errors"

	"github.com/itchyny/gojq"
)

// path is a plain path such as .a.b[0]."c-d": run without jq, at a tenth of its
// price, with the same result.
type path []step

// step goes to a member, or to an element where the name is empty and numbered.
type step struct {
	name     string
	numbered bool
	number   int
}

var (
	errNoObject = errors.New("not an object on the way")
	errNoArray  = errors.New("not an array on the way")
)

// plainPaths are the alternatives of an expression that has nothing but plain
// paths with // between them; nil for any other.
func plainPaths(q *gojq.Query) []path {
	if q.Op == gojq.OpAlt && q.Term == nil && len(q.FuncDefs) == 0 {
		left, right := plainPaths(q.Left), plainPaths(q.Right)
		if left == nil || right == nil {
			return nil
		}
		return append(left, right...)
	}
	if q.Term == nil || len(q.FuncDefs) > 0 || len(q.Imports) > 0 || q.Meta != nil {
		return nil
	}
	steps, ok := plainTerm(q.Term)
	if !ok {
		return nil
	}
	return []path{steps}
}

func plainTerm(t *gojq.Term) (steps path, ok bool) {
	steps = path{}
	switch t.Type {
	case gojq.TermTypeIdentity:
	case gojq.TermTypeIndex:
		first, ok := plainStep(t.Index)
		if !ok {
			return nil, false
		}
		steps = append(steps, first)
	case gojq.TermTypeQuery:
		inner := plainPaths(t.Query)
		if len(inner) != 1 {
			return nil, false
		}
		steps = append(steps, inner[0]...)
	default:
		return nil, false
	}
	for _, suffix := range t.SuffixList {
		next, ok := plainStep(suffix.Index)
		if !ok {
			return nil, false
		}
		steps = append(steps, next)
	}
	return steps, true
}

func plainStep(index *gojq.Index) (step, bool) {
	switch {
	case index == nil || index.IsSlice:
		return step{}, false
	case index.Name != "":
		return step{name: index.Name}, true
	case index.Str != nil && index.Str.Queries == nil:
		return step{name: index.Str.Str}, true
	case index.Start != nil && index.Start.Term != nil:
		return plainKey(index.Start.Term)
	default:
		return step{}, false
	}
}

func plainKey(t *gojq.Term) (step, bool) {
	sign := 1
	if t.Type == gojq.TermTypeUnary && t.Unary.Op == gojq.OpSub && len(t.SuffixList) == 0 {
		sign, t = -1, t.Unary.Term
	}
	if len(t.SuffixList) > 0 {
		return step{}, false
	}
	switch {
	case t.Type == gojq.TermTypeString && t.Str.Queries == nil && sign == 1:
		return step{name: t.Str.Str}, true
	case t.Type == gojq.TermTypeNumber && len(t.Number) <= 6 && wholeNumber(t.Number):
		number := 0
		for _, digit := range t.Number {
			number = number*10 + int(digit-'0')
		}
		return step{numbered: true, number: sign * number}, true
	default:
		return step{}, false
	}
}

func wholeNumber(text string) bool {
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			return false
		}
	}
	return text != ""
}

// follow is the value at the end of a path; nil where nothing is there.
func (p path) follow(value any) (any, error) {
	for _, step := range p {
		switch {
		case value == nil:
			return nil, nil
		case step.numbered:
			list, ok := value.([]any)
			if !ok {
				return nil, errNoArray
			}
			value = element(list, step.number)
		default:
			object, ok := value.(map[string]any)
			if !ok {
				return nil, errNoObject
			}
			value = object[step.name]
		}
	}
	return value, nil
}

func element(list []any, number int) any {
	if number < 0 {
		number += len(list)
	}
	if number < 0 || number >= len(list) {
		return nil
	}
	return list[number]
}

// firstOf is the first alternative that gives something; the last one counts
// whatever it gives.
func firstOf(alternatives []path, value any) (found any, err error) {
	for i, alternative := range alternatives {
		found, err = alternative.follow(value)
		if i == len(alternatives)-1 || err == nil && found != nil && found != false {
			break
		}
	}
	return found, err
}

// names are the names at the beginning of a path, up to its first number; whole
// tells that there is none.
func (p path) names() (names []string, whole bool) {
	for _, step := range p {
		if step.numbered {
			return names, false
		}
		names = append(names, step.name)
	}
	return names, true
}
