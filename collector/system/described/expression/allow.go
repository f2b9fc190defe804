package expression

import (
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// refusal is a part of an expression that is not allowed.
type refusal struct {
	// token is what to look for in the source to say where it is; may be empty.
	token string
	text  string
}

func (r *refusal) Error() string { return r.text }

func refuse(token, format string, arguments ...any) error {
	return &refusal{token: token, text: fmt.Sprintf(format, arguments...)}
}

// parameters is the variable that the function "params" stands for.
const parameters = "$__params"

// walker checks a syntax tree and puts the guards into it.
type walker struct {
	rules map[string]rule
}

func (w *walker) query(q *gojq.Query) error {
	switch {
	case q == nil:
		return nil
	case q.Meta != nil, len(q.Imports) > 0:
		return refuse("", "modules cannot be used")
	case len(q.FuncDefs) > 0:
		return refuse("def", `"def" is not allowed`)
	case q.Term != nil:
		return w.term(q.Term)
	}
	if err := w.operator(q); err != nil {
		return err
	}
	if err := w.query(q.Left); err != nil {
		return err
	}
	if err := w.query(q.Right); err != nil {
		return err
	}
	switch q.Op {
	case gojq.OpAdd, gojq.OpEq, gojq.OpNe, gojq.OpGt, gojq.OpLt, gojq.OpGe, gojq.OpLe:
		q.Left, q.Right = guarded(q.Left, guardSize), guarded(q.Right, guardSize)
	case gojq.OpSub, gojq.OpDiv, gojq.OpMod:
		q.Left, q.Right = guarded(q.Left, guardNumber), guarded(q.Right, guardNumber)
	}
	return nil
}

// hidden reports whether a variable is not the expression's own.
func hidden(variable string) bool {
	return variable == "$ENV" || strings.HasPrefix(variable, "$__")
}

func (w *walker) operator(q *gojq.Query) error {
	for _, pattern := range q.Patterns {
		if pattern.Name == "" || len(q.Patterns) > 1 {
			return refuse("as", `after "as" one $name must stand`)
		}
		if hidden(pattern.Name) {
			return refuse(pattern.Name, "%s is not allowed", pattern.Name)
		}
	}
	switch q.Op {
	case gojq.OpPipe, gojq.OpComma, gojq.OpAlt, gojq.OpAnd, gojq.OpOr, gojq.OpAdd, gojq.OpSub, gojq.OpDiv, gojq.OpMod,
		gojq.OpEq, gojq.OpNe, gojq.OpGt, gojq.OpLt, gojq.OpGe, gojq.OpLe:
		return nil
	case 0:
		return refuse("", "is empty")
	case gojq.OpMul:
		return refuse("*", `"*" is not allowed: units and percentages are the field's business`)
	default:
		return refuse(q.Op.String(), "%q is not allowed: an expression only reads", q.Op.String())
	}
}

func (w *walker) term(t *gojq.Term) error {
	if err := w.termItself(t); err != nil {
		return err
	}
	for _, suffix := range t.SuffixList {
		if err := w.index(suffix.Index); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) termItself(t *gojq.Term) error {
	switch t.Type {
	case gojq.TermTypeIdentity, gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber:
		return nil
	case gojq.TermTypeIndex:
		return w.index(t.Index)
	case gojq.TermTypeFunc:
		return w.function(t)
	case gojq.TermTypeObject:
		return w.object(t)
	case gojq.TermTypeArray:
		return w.array(t.Array)
	case gojq.TermTypeUnary:
		return w.term(t.Unary.Term)
	case gojq.TermTypeString:
		return w.text(t)
	case gojq.TermTypeIf:
		return w.condition(t.If)
	case gojq.TermTypeTry:
		return w.both(t.Try.Body, t.Try.Catch)
	case gojq.TermTypeQuery:
		return w.query(t.Query)
	case gojq.TermTypeRecurse:
		return refuse("..", `".." is not allowed: name the way to the value`)
	case gojq.TermTypeFormat:
		return refuse(t.Format, "%s is not allowed", t.Format)
	case gojq.TermTypeReduce:
		return refuse("reduce", `"reduce" is not allowed`)
	case gojq.TermTypeForeach:
		return refuse("foreach", `"foreach" is not allowed`)
	case gojq.TermTypeLabel, gojq.TermTypeBreak:
		return refuse("label", `"label" and "break" are not allowed`)
	default:
		return refuse("", "a part of it is not allowed")
	}
}

func (w *walker) both(queries ...*gojq.Query) error {
	for _, q := range queries {
		if err := w.query(q); err != nil {
			return err
		}
	}
	return nil
}

// index guards a computed key: an array as a key would be searched for.
func (w *walker) index(index *gojq.Index) error {
	if index == nil {
		return nil
	}
	if index.Str != nil {
		if err := w.both(index.Str.Queries...); err != nil {
			return err
		}
		if index.Str.Queries != nil {
			return refuse("", `a computed name stands in brackets: .[...]`)
		}
	}
	if err := w.both(index.Start, index.End); err != nil {
		return err
	}
	if index.Start != nil && !index.IsSlice {
		index.Start = guarded(index.Start, guardIndex)
	}
	return nil
}

func (w *walker) condition(c *gojq.If) error {
	if err := w.both(c.Cond, c.Then, c.Else); err != nil {
		return err
	}
	for _, branch := range c.Elif {
		if err := w.both(branch.Cond, branch.Then); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) array(array *gojq.Array) error {
	if array.Query == nil {
		return nil
	}
	if err := w.query(array.Query); err != nil {
		return err
	}
	array.Query = piped(array.Query, guardElement)
	return nil
}

func (w *walker) object(t *gojq.Term) error {
	for _, pair := range t.Object.KeyVals {
		if pair.KeyString != nil && pair.KeyString.Queries != nil {
			return refuse("", "a computed name stands in parentheses: {(...): ...}")
		}
		if hidden(pair.Key) {
			return refuse(pair.Key, "%s is not allowed", pair.Key)
		}
		if err := w.both(pair.KeyQuery, pair.Val); err != nil {
			return err
		}
	}
	object := &gojq.Term{Type: gojq.TermTypeObject, Object: t.Object}
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: piped(&gojq.Query{Term: object}, guardObject), SuffixList: t.SuffixList}
	return nil
}

// text makes an interpolation a call of our own function.
func (w *walker) text(t *gojq.Term) error {
	parts := t.Str.Queries
	if parts == nil {
		return nil
	}
	if len(parts) > mostInterpolations {
		return refuse("", "a text has more than %d parts", mostInterpolations)
	}
	if err := w.both(parts...); err != nil {
		return err
	}
	t.Type, t.Str = gojq.TermTypeFunc, nil
	t.Func = &gojq.Func{Name: ownText, Args: parts}
	return nil
}
