package expression

import (
	"github.com/itchyny/gojq"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
)

// need adds to a Need what an expression reads of its input. Where that cannot
// be told from the expression, it is everything.
func addNeed(n *document.Need, q *gojq.Query) *document.Need {
	if q == nil {
		return n
	}
	switch {
	case q.Term != nil:
		return termNeed(n, q.Term)
	case q.Op == gojq.OpPipe && len(q.Patterns) == 0:
		return addNeed(n, q.Left) // the right side gets what the left side gives
	default:
		return addNeed(addNeed(n, q.Left), q.Right)
	}
}

func addNeeds(n *document.Need, queries ...*gojq.Query) *document.Need {
	for _, q := range queries {
		n = addNeed(n, q)
	}
	return n
}

func termNeed(n *document.Need, t *gojq.Term) *document.Need {
	for _, suffix := range t.SuffixList {
		n = keyNeed(n, suffix.Index)
	}
	switch t.Type {
	case gojq.TermTypeIdentity, gojq.TermTypeIndex:
		n = keyNeed(n, t.Index)
		return n.Add(namesOf(t))
	case gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber:
		return n
	case gojq.TermTypeUnary:
		return termNeed(n, t.Unary.Term)
	case gojq.TermTypeQuery:
		return addNeed(n, t.Query)
	case gojq.TermTypeString:
		return addNeeds(n, t.Str.Queries...)
	case gojq.TermTypeArray:
		return addNeed(n, t.Array.Query)
	case gojq.TermTypeObject:
		return objectNeed(n, t.Object)
	case gojq.TermTypeTry:
		return addNeeds(n, t.Try.Body)
	case gojq.TermTypeIf:
		return conditionNeed(n, t.If)
	case gojq.TermTypeFunc:
		return functionNeed(n, t.Func)
	default:
		return nil
	}
}

// keyNeed is what the computed key of an index reads.
func keyNeed(n *document.Need, index *gojq.Index) *document.Need {
	if index == nil {
		return n
	}
	return addNeeds(n, index.Start, index.End)
}

// namesOf are the names of the members at the beginning of a path.
func namesOf(t *gojq.Term) []string {
	var names []string
	if t.Type == gojq.TermTypeIndex {
		first, ok := plainStep(t.Index)
		if !ok || first.numbered {
			return nil
		}
		names = append(names, first.name)
	}
	for _, suffix := range t.SuffixList {
		next, ok := plainStep(suffix.Index)
		if !ok || next.numbered {
			break
		}
		names = append(names, next.name)
	}
	return names
}

func objectNeed(n *document.Need, object *gojq.Object) *document.Need {
	for _, pair := range object.KeyVals {
		n = addNeeds(n, pair.KeyQuery, pair.Val)
		if pair.Val == nil { // {name} stands for {name: .name}
			return nil
		}
	}
	return n
}

func conditionNeed(n *document.Need, c *gojq.If) *document.Need {
	n = addNeeds(n, c.Cond, c.Then, c.Else)
	for _, branch := range c.Elif {
		n = addNeeds(n, branch.Cond, branch.Then)
	}
	if c.Else == nil { // the input itself
		return nil
	}
	return n
}

func functionNeed(n *document.Need, f *gojq.Func) *document.Need {
	switch {
	case f.Name[0] == '$', f.Name == "params", f.Name == "empty":
		return n
	case f.Name == "first" && len(f.Args) == 1:
		return addNeed(n, f.Args[0])
	default:
		return nil
	}
}
