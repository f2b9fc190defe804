package config

import (
	"errors"
	"maps"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"
)

// maxVisits bounds the values decoded from one document, so that a small file
// of nested aliases does not keep the exporter busy for ever.
const maxVisits = 5_000_000

// decoder fills Go values from the nodes of one YAML document, by the yaml tags
// of their types. The YAML library's own strict mode stops at the first error of
// some types, does not say which key is wrong, and quotes values, secrets too;
// so the decoder walks down to the single values itself and leaves only those
// to the library. Checks in UnmarshalYAML methods of structs are not run.
type decoder struct {
	found  *problems
	visits int
	limit  int // of visits; 0: maxVisits
	// places are where keys belong, worked out when it is first asked for; nil
	// where they are in the same file as no other keys.
	places func() map[string][]string
}

// decode fills what a pointer points at. Values that are null stay as they are.
func (d *decoder) decode(node *yaml.Node, into any, at place) {
	d.value(node, reflect.ValueOf(into).Elem(), at)
}

func (d *decoder) value(node *yaml.Node, out reflect.Value, at place) {
	node = followAlias(node)
	if d.exhausted(node) || isNull(node) {
		return
	}
	switch {
	case isSingleValue(out.Type()):
		d.singleValue(node, out, at)
	case out.Kind() == reflect.Pointer:
		d.pointer(node, out, at)
	case out.Kind() == reflect.Struct:
		d.structure(node, out, at)
	case out.Kind() == reflect.Map:
		d.mapping(node, out, at)
	case out.Kind() == reflect.Slice:
		d.list(node, out, at)
	}
}

// pointer stays nil where a single value cannot be read, as if it were left out.
func (d *decoder) pointer(node *yaml.Node, out reflect.Value, at place) {
	before := len(d.found.list)
	pointer := reflect.New(out.Type().Elem())
	d.value(node, pointer.Elem(), at)
	if len(d.found.list) == before || !isSingleValue(out.Type().Elem()) {
		out.Set(pointer)
	}
}

// exhausted counts the values and notes once when there are too many.
func (d *decoder) exhausted(node *yaml.Node) bool {
	limit := d.maxVisits()
	if d.visits > limit {
		return true
	}
	d.visits++
	if d.visits > limit {
		d.found.add(node.Line, place{}, "holds too many values: are aliases (*) nested?")
	}
	return d.visits > limit
}

func (d *decoder) maxVisits() int {
	if d.limit > 0 {
		return d.limit
	}
	return maxVisits
}

// isSingleValue tells whether values of a type are left to the YAML library.
func isSingleValue(t reflect.Type) bool {
	if t == reflect.TypeFor[promconfig.URL]() || t == reflect.TypeFor[yaml.Node]() {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Slice:
		return false
	case reflect.Map:
		return t.Elem().Kind() == reflect.Interface
	default:
		return true
	}
}

func (d *decoder) singleValue(node *yaml.Node, out reflect.Value, at place) {
	if keep, ok := reflect.TypeAssert[*yaml.Node](out.Addr()); ok {
		*keep = *node
		return
	}
	err := node.Decode(out.Addr().Interface())
	if err == nil && out.Kind() == reflect.Int && node.ShortTag() != "!!int" {
		err = errors.New("no whole number") // the library would cut off 1.5 to 1
	}
	if err != nil { // err quotes the value
		d.wrongValue(node, out.Type(), at)
	}
}

// wrongValue notes that a value is not one of a type. It is shown where the
// values of the type are none that can be secret.
func (d *decoder) wrongValue(node *yaml.Node, t reflect.Type, at place) {
	switch {
	case node.Kind == yaml.SequenceNode:
		d.found.add(node.Line, at, "must be %s, not a list", wanted(t))
	case node.Kind == yaml.MappingNode:
		d.found.add(node.Line, at, "must be %s, not a mapping", wanted(t))
	case isPublic(t):
		d.found.wrong(node.Line, at, node.Value, "must be %s", wantedInstead(t, node))
	default:
		d.found.add(node.Line, at, "must be %s", wanted(t))
	}
}

// isPublic tells whether the values of a type are never secret. A URL may hold
// a password, and any text may be one.
func isPublic(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint16:
		return true
	default:
		return t == reflect.TypeFor[verbatim]()
	}
}

func (d *decoder) list(node *yaml.Node, out reflect.Value, at place) {
	if node.Kind != yaml.SequenceNode {
		d.found.add(node.Line, at, "must be a list%s", listInstead(node, out.Type().Elem(), at))
		return
	}
	out.Set(reflect.MakeSlice(out.Type(), len(node.Content), len(node.Content)))
	for i, element := range node.Content {
		d.value(element, out.Index(i), at.item(i))
	}
}

func (d *decoder) mapping(node *yaml.Node, out reflect.Value, at place) {
	if node.Kind != yaml.MappingNode {
		d.found.add(node.Line, at, "must be a mapping such as {name: value}")
		return
	}
	out.Set(reflect.MakeMap(out.Type()))
	for _, entry := range d.entries(node, at) {
		d.mapEntry(entry, out, at)
	}
}

func (d *decoder) mapEntry(entry entry, out reflect.Value, at place) {
	value := reflect.New(out.Type().Elem()).Elem()
	d.value(entry.value, value, at.child(entry.name()))
	out.SetMapIndex(reflect.ValueOf(entry.name()).Convert(out.Type().Key()), value)
}

// structure fills the fields of a struct and refuses keys that it does not have.
func (d *decoder) structure(node *yaml.Node, out reflect.Value, at place) {
	if node.Kind != yaml.MappingNode {
		d.found.add(node.Line, at, "must be a mapping%s", mappingInstead(out))
		return
	}
	fields, others := fieldsOf(out)
	d.fields(node, fieldSet{fields: fields, others: others}, at)
}

// decodeTogether fills several structs whose keys stand side by side in one
// mapping. elsewhere says whose a key is that none of them has.
func (d *decoder) decodeTogether(node *yaml.Node, into []any, at place, elsewhere func(key string) (message string, known bool)) {
	set := fieldSet{fields: map[string]reflect.Value{}, elsewhere: elsewhere}
	for _, part := range into {
		fields, _ := fieldsOf(reflect.ValueOf(part).Elem())
		maps.Copy(set.fields, fields)
	}
	d.fields(followAlias(node), set, at)
}

// fieldSet is what the keys of one mapping are read into.
type fieldSet struct {
	// fields are the values by key.
	fields map[string]reflect.Value
	// others takes all other keys; invalid: they are refused.
	others reflect.Value
	// elsewhere tells of a key that is known in another place: with a message
	// it is refused, without it is passed over. May be nil.
	elsewhere func(key string) (message string, known bool)
}

func (d *decoder) fields(node *yaml.Node, set fieldSet, at place) {
	for _, entry := range d.entries(node, at) {
		if d.found.full() {
			return
		}
		field, known := set.fields[entry.name()]
		switch {
		case known && strings.HasSuffix(entry.name(), "_ref"):
			d.found.add(entry.key.Line, at.child(entry.name()),
				"there is no secret manager to refer to: use %s_file", strings.TrimSuffix(entry.name(), "_ref"))
		case known:
			d.value(entry.value, field, at.child(entry.name()))
		case set.others.IsValid():
			if set.others.IsNil() {
				set.others.Set(reflect.MakeMap(set.others.Type()))
			}
			d.mapEntry(entry, set.others, at)
		default:
			d.unknownKey(entry, set, at)
		}
	}
}

func (d *decoder) unknownKey(entry entry, set fieldSet, at place) {
	if set.elsewhere != nil {
		if message, known := set.elsewhere(entry.name()); known {
			if message != "" {
				d.found.add(entry.key.Line, at, "%s", message)
			}
			return
		}
	}
	if rightPlace := d.rightPlace(entry.name()); rightPlace != "" {
		d.found.add(entry.key.Line, at, "%s %s", entry.name(), rightPlace)
		return
	}
	hint := suggestion(entry.name(), set.fields)
	if hint == "" {
		hint = d.suggestedElsewhere(entry.name())
	}
	d.found.add(entry.key.Line, at, "unknown key%s%s", quotedKey(entry), hint)
}

// quotedKey shows a key that nobody knows, unless it could be a secret: a blank
// missing in {password:hunter2} makes a key of what was meant as a value.
func quotedKey(entry entry) string {
	name, _, glued := strings.Cut(entry.name(), ":")
	switch {
	case !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,39}$`).MatchString(name):
		return " (not shown, it does not look like a key)"
	case glued:
		return " " + strconv.Quote(name+":...") + ": a blank is missing after the colon"
	case isNull(entry.value):
		return " (not shown, it has no value)"
	default:
		return " " + strconv.Quote(name)
	}
}

// fieldsOf maps the keys of a struct and of the structs inlined in it to their
// fields; those before an inlined struct win over its own. others is its inlined map, which takes all other keys, if it has one.
func fieldsOf(value reflect.Value) (fields map[string]reflect.Value, others reflect.Value) {
	fields = map[string]reflect.Value{}
	for i := range value.NumField() {
		field := value.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		inline := strings.Contains(options, "inline")
		switch {
		case inline && field.Type.Kind() == reflect.Struct:
			inner, _ := fieldsOf(value.Field(i))
			for key, field := range inner {
				if _, own := fields[key]; !own {
					fields[key] = field
				}
			}
		case inline:
			others = value.Field(i)
		case name != "":
			fields[name] = value.Field(i)
		}
	}
	return fields, others
}
