package described

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Descriptions makes systems of descriptions: of those that are built in, and of
// those that a configuration holds. All of them decode through one gate.
type Descriptions struct {
	gate *gate
	// taken are the names of metrics that no info metric may have.
	taken []string

	builtIn  []*System
	problems error
	sections map[string]*config.Section
}

//go:embed descriptions/*.yml
var files embed.FS

// New reads the descriptions that are built in. taken are the names of the
// exporter's other metrics.
func New(taken []string) *Descriptions {
	d := &Descriptions{gate: newGate(), taken: taken, sections: map[string]*config.Section{}}
	sections, err := builtIn()
	for _, section := range sections {
		d.sections[section.Name] = section
	}
	d.builtIn = d.systems(sections, d.sections)
	d.problems = errors.Join(err, config.SectionsError(sections))
	return d
}

// Problems is what is wrong with the descriptions that are built in: nil, as
// a test sees to.
func (d *Descriptions) Problems() error { return d.problems }

// builtIn parses the descriptions that are built in.
func builtIn() (sections []*config.Section, err error) {
	names, err := fs.Glob(files, "descriptions/*.yml")
	for _, name := range names {
		text, readErr := files.ReadFile(name)
		some, parseErr := config.ParseSections(text, path.Base(name))
		sections = append(sections, some...)
		err = errors.Join(err, readErr, parseErr)
	}
	return sections, err
}

// BuiltIn are the systems of the descriptions that are built in.
func (d *Descriptions) BuiltIn() []*System { return d.builtIn }

// Describe makes systems of the descriptions in a configuration, which may extend
// each other and those that are built in. What is wrong is noted in the sections.
func (d *Descriptions) Describe(sections []*config.Section) config.Systems {
	known := make(map[string]*config.Section, len(d.sections)+len(sections))
	maps.Copy(known, d.sections)
	for _, section := range sections {
		known[section.Name] = section
	}
	var systems config.Systems
	for _, system := range d.systems(sections, known) {
		systems = append(systems, system)
	}
	return systems
}

func (d *Descriptions) systems(sections []*config.Section, known map[string]*config.Section) []*System {
	var systems []*System
	for _, section := range sections {
		whole, err := extended(section, known, nil)
		if err != nil {
			section.Problem([]string{"extends"}, "%s", err)
			continue
		}
		if slices.Contains(d.taken, "asyncjob_"+section.Name+"_info") {
			section.Problem(nil, "there is a metric asyncjob_%s_info already: choose another name", section.Name)
		}
		if definition := build(whole); definition != nil && !section.Failed() {
			systems = append(systems, &System{d: definition, gate: d.gate})
		}
	}
	return systems
}

// extended is a section laid over the one that it extends, which may extend
// another in its turn. above are the names on the way.
func extended(section *config.Section, known map[string]*config.Section, above []string) (*config.Section, error) {
	if !section.Has("extends") {
		return section, nil
	}
	var name string
	section.Decode(&name, "extends")
	base, found := known[name]
	switch {
	case !found && name == "":
		return nil, errors.New("must be the name of a description")
	case !found:
		return nil, fmt.Errorf("no description is called %q%s", name, config.DidYouMean(name, namesOf(known)))
	case slices.Contains(append(above, section.Name), name):
		return nil, fmt.Errorf("goes round in a circle: %s", strings.Join(append(above, section.Name, name), ", "))
	}
	base, err := extended(base, known, append(above, section.Name))
	if err != nil {
		return nil, err
	}
	return section.Extend(base, replacedWhole()...), nil
}

func namesOf(sections map[string]*config.Section) []string {
	names := make([]string, 0, len(sections))
	for name := range sections {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// YAML is a built-in description as it would stand below "systems" in a configuration.
func (d *Descriptions) YAML(name string) ([]byte, error) {
	section, found := d.sections[name]
	if !found {
		return nil, fmt.Errorf("no built-in description is called %q%s; there are %s", name, config.DidYouMean(name, namesOf(d.sections)), strings.Join(namesOf(d.sections), ", "))
	}
	return section.YAML()
}
