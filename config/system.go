package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// System is what the configuration has to know of an upstream system to read
// and check its targets and jobs. There is one implementation per system.
type System interface {
	// Name is the value of the key "system" and of the label of that name.
	Name() string
	// DefaultURL is the vendor's one public address; empty where there is none.
	DefaultURL() string
	// Options is a pointer to a new struct, defaults filled in, whose yaml tags
	// are the keys that only targets of this system have; nil where there are
	// none. Load fills it and leaves it in Target.Options.
	Options() any
	// Kinds are the kinds of its jobs, at least one. The first is meant where a
	// job names none.
	Kinds() []string
	// JobKeys are those of the keys "type" and "path" that its jobs may have.
	JobKeys() []string
	// CheckTarget reports what is wrong with or missing from a target of this
	// system, apart from what holds for all systems. The messages, joined by
	// errors.Join where there are several, begin with the key they are about
	// ("user_id: ..."); the caller adds file, line and target.
	CheckTarget(target *Target) error
	// CheckJob reports what is wrong with a job's id, type or path, and fills in
	// a kind that depends on them. Messages as for CheckTarget. Systems.CheckJob
	// calls it after its own checks.
	CheckJob(job *Job) error
}

// Labeler is a System whose jobs have series with labels of its own, which are
// not among Rules.ReservedLabels. Where it is in use, no configured label may
// have such a name.
type Labeler interface {
	LabelNames() []string
}

// Systems are the upstream systems that targets may name.
type Systems []System

// Find finds a system by its name; nil where there is none.
func (s Systems) Find(name string) System {
	for _, system := range s {
		if system.Name() == name {
			return system
		}
	}
	return nil
}

// CheckJob reports what is wrong with a job of a system, and fills in its kind
// where it was left out. Messages begin with the key they are about.
func (s Systems) CheckJob(system System, job *Job) error {
	err := errors.Join(
		s.jobKey(system, "type", job.Type),
		s.jobKey(system, "path", job.Path),
		s.kind(system, job.Kind),
		system.CheckJob(job),
	)
	if job.Kind == "" {
		job.Kind, job.KindAssumed = system.Kinds()[0], true
	}
	return err
}

// jobKey refuses a key that jobs of the system do not have.
func (s Systems) jobKey(system System, key, value string) error {
	if value == "" || slices.Contains(system.JobKeys(), key) {
		return nil
	}
	owners := s.namesOf(func(other System) bool { return slices.Contains(other.JobKeys(), key) })
	if len(owners) == 0 {
		return fmt.Errorf("%s: jobs of %s have none", key, system.Name())
	}
	return fmt.Errorf("%s, jobs of %s have none", belongs(key, owners), system.Name())
}

// kind refuses a kind that jobs of the system do not have.
func (s Systems) kind(system System, kind string) error {
	if kind == "" || slices.Contains(system.Kinds(), kind) {
		return nil
	}
	rule := "must be " + alternatives(system.Kinds())
	owners := s.namesOf(func(other System) bool { return slices.Contains(other.Kinds(), kind) })
	if len(owners) == 0 {
		return fmt.Errorf("kind: %s: %s%s", strconv.Quote(kind), rule, nearestChoice(kind, system.Kinds()))
	}
	return fmt.Errorf("kind: %s: %s", belongs(kind, owners), rule)
}

// namesOf lists the names of systems with a property, sorted.
func (s Systems) namesOf(has func(System) bool) []string {
	var names []string
	for _, system := range s {
		if has(system) {
			names = append(names, system.Name())
		}
	}
	slices.Sort(names)
	return names
}

// optionOwners maps each key of a target that is not for all systems to the
// names of those it is for.
func (s Systems) optionOwners() map[string][]string {
	owners := map[string][]string{}
	for _, system := range s {
		options := system.Options()
		if options == nil {
			continue
		}
		for _, key := range fieldKeys(reflect.ValueOf(options).Elem()) {
			owners[key] = append(owners[key], system.Name())
		}
	}
	for _, names := range owners {
		slices.Sort(names)
	}
	return owners
}

// maxOwners bounds the systems that one message names.
const maxOwners = 3

// belongs says whose a key or a kind is.
func belongs(what string, owners []string) string {
	if more := len(owners) - maxOwners; more > 0 {
		return fmt.Sprintf("%s belongs to %s and %d more", what, strings.Join(owners[:maxOwners], ", "), more)
	}
	return what + " belongs to " + strings.Join(owners, ", ")
}

// alternatives lists words of which one must be chosen.
func alternatives(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
