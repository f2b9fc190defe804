package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Section is a named mapping of the configuration that another package decodes
// and checks, with the configuration's own messages: file, line, name, key.
type Section struct {
	// Name is the key that the mapping stands at.
	Name string
	// File is the file that it stands in.
	File string

	node     *yaml.Node
	at       place
	decoder  *decoder
	found    *problems
	warnings *problems
	secrets  *[][]string // paths of keys, shared with what extends it
}

// ParseSections parses a text that maps names to sections. The error holds a
// line for each problem with their names; what the sections note themselves is
// not in it.
func ParseSections(text []byte, file string) ([]*Section, error) {
	reader := newSectionReader(file)
	sections := reader.read(yamlDocument(text, reader.found))
	return sections, reader.found.err()
}

// Decode fills what a pointer points at from the value below a path of keys, by
// yaml tags. Unknown keys and values of the wrong sort are noted as problems;
// what is left out stays as it is.
func (s *Section) Decode(into any, key ...string) {
	if value := s.value(key); value != nil {
		s.decoder.decode(value, into, s.place(key))
	}
}

// Has tells whether there is a value below a path of keys.
func (s *Section) Has(key ...string) bool {
	value := s.value(key)
	return value != nil && !isNull(followAlias(value))
}

// Line is the line of a key, or of the nearest thing around it that is there.
func (s *Section) Line(key ...string) int { return lineOf(s.node, key...) }

// Problem notes what is wrong with the value at a path of keys: the configuration
// is refused with it. It must not quote what could be a secret.
func (s *Section) Problem(key []string, format string, arguments ...any) {
	s.found.add(s.Line(key...), s.place(key), format, arguments...)
}

// Warn notes what is allowed but unwise.
func (s *Section) Warn(key []string, format string, arguments ...any) {
	s.warnings.add(s.Line(key...), s.place(key), format, arguments...)
}

// Failed tells whether a problem with this section was noted.
func (s *Section) Failed() bool {
	return slices.ContainsFunc(s.found.list, func(known problem) bool {
		return known.text == s.at.owner || strings.HasPrefix(known.text, s.at.owner+": ")
	})
}

// Secret keeps the values at and below a path of keys from being shown.
func (s *Section) Secret(key ...string) { *s.secrets = append(*s.secrets, key) }

// Extend is s laid over base key by key, mappings within them too. Lists, texts,
// and the values of keys that are named as whole are replaced. Problems with what
// came from base are noted for s, on the line of its key "extends".
func (s *Section) Extend(base *Section, whole ...string) *Section {
	extended := *s
	extended.node = laidOver(movedTo(s.Line("extends"), base.node), s.node, whole)
	*s.secrets = append(*s.secrets, *base.secrets...)
	return &extended
}

// YAML is the section as it would stand in a mapping of sections.
func (s *Section) YAML() ([]byte, error) {
	text, err := yaml.Marshal(map[string]*yaml.Node{s.Name: resolved(s.node)})
	if err != nil {
		return nil, fmt.Errorf("writing section %q of %s: %w", s.Name, s.File, err)
	}
	return text, nil
}

// SectionsError joins what was noted as wrong in sections; nil: nothing.
func SectionsError(sections []*Section) error {
	all := &problems{}
	for _, section := range sections {
		if !slices.Contains(all.parts, section.found) {
			all.parts = append(all.parts, section.found)
		}
	}
	return all.err()
}

func (s *Section) value(key []string) *yaml.Node {
	node := s.node
	for _, name := range key {
		if _, node = lookUp(node, name); node == nil {
			return nil
		}
	}
	return node
}

func (s *Section) place(key []string) place {
	if len(key) == 0 {
		return s.at
	}
	return s.at.child(strings.Join(key, "."))
}

// maxSectionValues bounds a section, the values that its aliases stand for included.
const maxSectionValues = 10_000

// sectionReader reads the sections of one file.
type sectionReader struct {
	found, warnings *problems
	decoder         *decoder
	names           []string
}

func newSectionReader(file string) *sectionReader {
	found := &problems{file: file}
	return &sectionReader{found: found, warnings: &problems{file: file}, decoder: &decoder{found: found}}
}

// read splits a mapping into its sections; nil is an empty one.
func (r *sectionReader) read(node *yaml.Node) []*Section {
	if node == nil || isNull(node) {
		return nil
	}
	var sections []*Section
	for _, entry := range r.decoder.entries(followAlias(node), place{}) {
		at := place{owner: "system " + strconv.Quote(entry.name())}
		value := followAlias(entry.value)
		r.names = append(r.names, entry.name())
		switch {
		case !isSectionName(entry.name()):
			r.found.add(entry.key.Line, place{}, "name of a system%s: must be lower-case letters, digits and _, the first a letter", quotedKey(entry))
		case value.Kind != yaml.MappingNode:
			r.found.add(entry.key.Line, at, "must be a mapping of keys to values")
		case sizeOf(value, maxSectionValues) > maxSectionValues:
			r.found.add(entry.key.Line, at, "holds more than %d values: are aliases (*) nested?", maxSectionValues)
		default:
			sections = append(sections, &Section{
				Name: entry.name(), File: r.found.file,
				node: value, at: at, decoder: r.decoder, found: r.found, warnings: r.warnings, secrets: &[][]string{},
			})
		}
	}
	return sections
}

// isSectionName tells whether a name can be the value of a label and a part of
// a metric's name.
func isSectionName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return name != "" && len(name) <= maxTextLength &&
		strings.Trim(name, letters+"0123456789_") == "" && strings.Contains(letters, name[:1])
}
