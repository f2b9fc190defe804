package document

// Need says which parts of a document are wanted: a tree of the names of
// members. A nil Need wants all.
type Need struct {
	members map[string]*member
	// elements is what is wanted of each element of an array.
	elements *Need
	// ofEach tells that elements is set: nil would mean all of them.
	ofEach bool
}

type member struct {
	name  string
	below *Need
}

// Nothing is a Need that wants no member yet.
func Nothing() *Need { return &Need{members: map[string]*member{}} }

// Add wants the member at a path too, with all that is below it, and returns
// the Need from then on: nil where the path is empty, which means all.
func (n *Need) Add(path []string) *Need {
	if n == nil || len(path) == 0 {
		return nil
	}
	m := n.named(path[0])
	m.below = m.below.Add(path[1:])
	return n
}

// AddSingle wants the member at a path where it is a single value: an object or
// a list in its place is left empty.
func (n *Need) AddSingle(path []string) *Need {
	if n == nil || len(path) == 0 {
		return n
	}
	m := n.named(path[0])
	m.below = m.below.AddSingle(path[1:])
	return n
}

// AddEach wants of the array at a path each element, as far as another Need says.
func (n *Need) AddEach(path []string, element *Need) *Need {
	if n == nil {
		return nil
	}
	if len(path) == 0 {
		n.elements, n.ofEach = element, true
		return n
	}
	m := n.named(path[0])
	m.below = m.below.AddEach(path[1:], element)
	return n
}

func (n *Need) named(name string) *member {
	m, known := n.members[name]
	if !known {
		m = &member{name: name, below: Nothing()}
		n.members[name] = m
	}
	return m
}

// member finds what is wanted of a member. name is one string for all documents.
func (n *Need) member(name []byte) (kept string, below *Need, wanted bool) {
	if n == nil {
		return string(name), nil, true
	}
	if m, ok := n.members[string(name)]; ok {
		return m.name, m.below, true
	}
	return "", nil, false
}

// element is what is wanted of the elements of an array; false where nobody
// expects an array: it is left empty then.
func (n *Need) element() (need *Need, wanted bool) {
	if n == nil {
		return nil, true
	}
	return n.elements, n.ofEach
}
