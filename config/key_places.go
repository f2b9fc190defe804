package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// rightPlace says where a key belongs that stands in a wrong place; empty where
// it is known nowhere.
func (d *decoder) rightPlace(key string) string {
	if d.places == nil {
		return ""
	}
	places := d.places()[key]
	if len(places) == 0 {
		return ""
	}
	return "belongs " + strings.Join(places, " or ") + ": check the indentation"
}

// suggestedElsewhere is a suggestion for a key that is misspelled and misplaced.
func (d *decoder) suggestedElsewhere(key string) string {
	if d.places == nil {
		return ""
	}
	places := d.places()
	best := nearestWord(key, slices.Sorted(maps.Keys(places)))
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q, which belongs %s?", best, strings.Join(places[best], " or "))
}

// keyPlaces says of each key of a configuration in which of its parts it belongs.
func (s Systems) keyPlaces() map[string][]string {
	places := map[string][]string{}
	add := func(place string, keys ...string) {
		for _, key := range keys {
			if !strings.HasSuffix(key, "_ref") && !slices.Contains(places[key], place) {
				places[key] = append(places[key], place)
			}
		}
	}
	target := reflect.ValueOf(&targetKeys{}).Elem()
	settings := fieldKeys(reflect.ValueOf(&settingsKeys{}).Elem())
	for _, key := range fieldKeys(target) {
		if !slices.Contains(settings, key) {
			add("in a target", key)
		}
	}
	add("in a target or below defaults", settings...)
	add("at the top of the file", fieldKeys(reflect.ValueOf(&fileKeys{}).Elem())...)
	nestedKeys(target, add)
	for _, system := range s {
		if options := system.Options(); options != nil {
			nestedKeys(reflect.ValueOf(options).Elem(), add)
		}
	}
	for place, part := range map[string]any{"in a job": &jobKeys{}, "below job_urls": &jobURLKeys{}} {
		for _, key := range fieldKeys(reflect.ValueOf(part).Elem()) {
			if !slices.Contains(fieldKeys(target), key) {
				add(place, key)
			}
		}
	}
	return places
}

// nestedKeys names the keys of the mappings in a struct by the key they stand below.
func nestedKeys(value reflect.Value, add func(place string, keys ...string)) {
	fields, _ := fieldsOf(value)
	for _, parent := range slices.Sorted(maps.Keys(fields)) {
		inner := fields[parent].Type()
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && !isSingleValue(inner) {
			add("below "+parent, fieldKeys(reflect.New(inner).Elem())...)
		}
	}
}

// fieldKeys lists the keys of a struct.
func fieldKeys(value reflect.Value) []string {
	fields, _ := fieldsOf(value)
	return slices.Sorted(maps.Keys(fields))
}
