package expression

import "github.com/itchyny/gojq"

// The small pieces that the walk over a syntax tree takes apart and puts together.

func pipe(left, right *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: left, Op: gojq.OpPipe, Right: right}
}

// call is a function of no arguments.
func call(name string) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name}}}
}

// piped is what a query gives, through a guard.
func piped(q *gojq.Query, guard string) *gojq.Query { return pipe(q, call(guard)) }

// guarded is piped, for what may be large: a constant is as long as it stands there.
func guarded(q *gojq.Query, guard string) *gojq.Query {
	if constant(q) {
		return q
	}
	return piped(q, guard)
}

// eachElement is ".[]".
func eachElement() *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity, SuffixList: []*gojq.Suffix{{Iter: true}}}}
}

// replace puts a query in a term's place, before its suffixes.
func replace(t *gojq.Term, q *gojq.Query) {
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: q, SuffixList: t.SuffixList}
}

// constant reports whether a query is a value that is written down.
func constant(q *gojq.Query) bool {
	if q.Op == gojq.OpComma {
		return constant(q.Left) && constant(q.Right)
	}
	return q.Term != nil && len(q.FuncDefs) == 0 && constantTerm(q.Term)
}

func constantTerm(t *gojq.Term) bool {
	if len(t.SuffixList) > 0 {
		return false
	}
	switch t.Type {
	case gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber:
		return true
	case gojq.TermTypeString:
		return t.Str.Queries == nil
	case gojq.TermTypeUnary:
		return constantTerm(t.Unary.Term)
	case gojq.TermTypeArray:
		return t.Array.Query == nil || constant(t.Array.Query)
	default:
		return false
	}
}
