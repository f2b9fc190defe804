package config

import (
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"
)

// describe makes systems of the sections that the configuration and its
// "system_files" hold, and adds them to the known ones.
func (p *parser) describe(document *yaml.Node, keys fileKeys) {
	defer func() { p.rules.Systems, p.optionOwners = p.systems, p.systems.optionOwners() }()
	if p.rules.Describe == nil {
		if keys.Systems.Kind != 0 || len(keys.SystemFiles) > 0 {
			p.found.add(lineOf(document, "systems"), place{key: "systems"}, "this program knows no descriptions of systems")
		}
		return
	}
	p.described = p.sections(p.found.file, &keys.Systems)
	for i, glob := range keys.SystemFiles {
		p.systemGlob(glob, lineOf(document, "system_files"), place{key: "system_files"}.item(i))
	}
	p.systems = slices.Concat(p.systems, p.rules.Describe(p.described))
}

// systemGlob reads the files of one glob of "system_files".
func (p *parser) systemGlob(glob string, line int, at place) {
	full, rule := p.glob(glob)
	if rule != "" {
		p.found.add(line, at, "%s", rule)
		return
	}
	p.systemFiles = append(p.systemFiles, full)
	paths, err := filesOfGlob(full)
	if err != nil {
		p.found.add(line, at, "%s", err)
	} else if len(paths) == 0 {
		p.warnings.add(line, at, "no file matches %s", full)
	}
	for _, path := range paths {
		text, _, err := readRegularFile(path, maxFileBytes)
		if err != nil {
			p.found.add(line, at, "cannot be read: %s", err)
			continue
		}
		part := &problems{file: path}
		node := yamlDocument(WithoutMark(text), part)
		p.found.parts = append(p.found.parts, part)
		if node != nil {
			p.described = append(p.described, p.sections(path, node)...)
		}
	}
}

// sections reads the sections of one file. A name that is taken is refused.
func (p *parser) sections(file string, node *yaml.Node) []*Section {
	reader := newSectionReader(file)
	p.found.parts = append(p.found.parts, reader.found)
	p.warnings.parts = append(p.warnings.parts, reader.warnings)
	if node.Kind == 0 {
		return nil
	}
	sections := reader.read(node)
	p.sectionNames = append(p.sectionNames, reader.names...)
	return slices.DeleteFunc(sections, func(section *Section) bool {
		rule := p.sectionNameProblem(section)
		if rule != "" {
			section.Problem(nil, "%s", rule)
		}
		return rule != ""
	})
}

func (p *parser) sectionNameProblem(section *Section) string {
	if p.systems.Find(section.Name) != nil {
		return "there is a system of this name: choose another name, and `extends: " + section.Name + "` where it is described too"
	}
	for _, other := range p.described {
		if other.Name == section.Name {
			return "is described already, in " + filepath.Base(other.File)
		}
	}
	return ""
}

// reserveLabels keeps configured labels off the label names of the systems that
// the targets use.
func (p *parser) reserveLabels(targets []yaml.Node) {
	reserved := slices.Clone(p.rules.ReservedLabels)
	for i := range targets {
		if system, ok := p.systemOf(&targets[i]).(Labeler); ok {
			reserved = append(reserved, system.LabelNames()...)
		}
	}
	p.rules.ReservedLabels = reserved
}
