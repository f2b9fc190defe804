package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// systemOf finds the system that a target names, perhaps in what is merged into
// it; nil where there is none. It notes no problems: they are noted again later.
func (p *parser) systemOf(target *yaml.Node) System {
	var keys struct {
		System string `yaml:"system"`
	}
	ahead := &decoder{found: &problems{}, visits: p.decoder.visits}
	ahead.decodeTogether(target, []any{&keys}, place{}, func(string) (message string, known bool) { return "", true })
	p.decoder.visits = ahead.visits
	return p.systems.Find(keys.System)
}

func (p *parser) unknownSystem(node *yaml.Node, name string, at place) {
	known := p.systems.namesOf(func(System) bool { return true })
	line, at := lineOf(node, "system"), at.child("system")
	if name == "" {
		p.found.add(line, at, "is missing: one of %s", strings.Join(known, ", "))
	} else {
		p.found.add(line, at, "%s is unknown, it must be one of %s%s", shown(name), strings.Join(known, ", "), nearestSystem(name, known))
	}
}

// nearestSystem is advice for a name that no system has.
func nearestSystem(name string, known []string) string {
	if hint := nearest(name, known); hint != "" {
		return hint
	}
	// vsphere_prod and VMware vSphere hold the name that is meant.
	for _, system := range known {
		if strings.Contains(plainKey(name), plainKey(system)) {
			return ", did you mean " + shown(system) + "?"
		}
	}
	return ""
}

// decodeTarget fills the keys of all targets and returns those of the system.
func (p *parser) decodeTarget(node *yaml.Node, keys *targetKeys, system System, at place) (options any) {
	into := []any{keys}
	if system != nil {
		options = system.Options()
	}
	if options != nil {
		into = append(into, options)
	}
	p.decoder.decodeTogether(node, into, at, func(key string) (message string, known bool) {
		owners, known := p.optionOwners[key]
		if system == nil { // a system that is unknown or badly described is problem enough
			return "", known || slices.Contains(p.sectionNames, keys.System)
		}
		if !known {
			return "", false
		}
		return fmt.Sprintf("%s: leave it out of a target of %s", belongs(key, owners), system.Name()), true
	})
	p.oneLineTexts(node, reflect.ValueOf(options), nil, at)
	return options
}

// oneLineTexts refuses control characters in the texts of a system's options:
// they end up in requests.
func (p *parser) oneLineTexts(node *yaml.Node, value reflect.Value, path []string, at place) {
	switch value.Kind() {
	case reflect.Pointer:
		p.oneLineTexts(node, value.Elem(), path, at)
	case reflect.Struct:
		fields, _ := fieldsOf(value)
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			p.oneLineTexts(node, fields[key], append(slices.Clone(path), key), at)
		}
	case reflect.Map:
		for entry := value.MapRange(); entry.Next(); {
			p.oneLineTexts(node, entry.Value(), append(slices.Clone(path), entry.Key().String()), at)
		}
	case reflect.String:
		if strings.ContainsFunc(value.String(), unicode.IsControl) {
			p.found.add(lineOf(node, path...), at.child(strings.Join(path, ".")), "must not hold control characters")
		}
	}
}
