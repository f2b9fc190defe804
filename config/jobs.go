package config

import (
	"fmt"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// jobList reads a list of jobs, of the configuration or of a job file, and
// checks them. system is nil where the target's is unknown.
type jobList struct {
	rules   Rules
	systems Systems
	system  System
	found   *problems
	decoder *decoder
}

// read returns the jobs in the order of the list. It notes what is wrong with
// them, an id that stands twice included.
func (l jobList) read(node *yaml.Node, at place) []Job {
	if node.Kind != yaml.SequenceNode {
		l.noList(node, at)
		return nil
	}
	jobs := make([]Job, 0, len(node.Content))
	firstLines := make(map[string]int, len(node.Content))
	for i, element := range node.Content {
		element = followAlias(element)
		at := jobPlace(element, place{owner: at.owner, key: "jobs"}.item(i))
		job, ok := l.job(element, at)
		if !ok {
			continue
		}
		if first, twice := firstLines[job.ID]; twice {
			l.found.add(lineOf(element, "id"), at.child("id"), "stands twice, first on line %d: ids are unique within a target", first)
			continue
		}
		firstLines[job.ID] = lineOf(element, "id")
		jobs = append(jobs, job)
	}
	return jobs
}

// job reads one job; ok tells that it has a usable id.
func (l jobList) job(node *yaml.Node, at place) (job Job, ok bool) {
	if node.Kind != yaml.MappingNode {
		l.noJob(node, at)
		return Job{}, false
	}
	before := len(l.found.list)
	var keys jobKeys
	l.decoder.decode(node, &keys, at)
	if keys.ID == "" && len(l.found.list) > before {
		return Job{}, false
	}
	if rule := requiredTextProblem(string(keys.ID)); rule != "" {
		l.found.add(lineOf(node, "id"), at.child("id"), "%s", rule)
		return Job{}, false
	}
	job = Job{ID: string(keys.ID), Name: keys.Name, Kind: keys.Kind, Type: keys.Type, Path: keys.Path, Labels: keys.Labels}
	if keys.MaxDuration != nil {
		job.MaxDuration = time.Duration(*keys.MaxDuration)
		if job.MaxDuration <= 0 {
			l.found.add(lineOf(node, "max_duration"), at.child("max_duration"), "\"0s\": must be longer than 0s; left out, the target's holds")
		}
	}
	l.check(node, &job, at, before)
	return job, true
}

// noList notes that there is no list of jobs.
func (l jobList) noList(node *yaml.Node, at place) {
	switch {
	case node.Kind == yaml.ScalarNode && requiredTextProblem(node.Value) == "":
		l.found.wrong(node.Line, at, node.Value, "must be a list of jobs: write [{id: %s}]", shown(node.Value))
	case node.Kind == yaml.MappingNode:
		l.found.add(node.Line, at, "must be a list of jobs, such as [{id: 4711}]: begin each job with a dash")
	default:
		l.found.add(node.Line, at, "must be a list of jobs, such as [{id: 4711}]")
	}
}

// noJob notes that an element of the list is no job.
func (l jobList) noJob(node *yaml.Node, at place) {
	if node.Kind == yaml.ScalarNode && requiredTextProblem(node.Value) == "" && !isNull(node) {
		l.found.wrong(node.Line, at, node.Value, "must be a mapping with the key id: write {id: %s}", shown(node.Value))
		return
	}
	l.found.add(node.Line, at, "must be a mapping with the key id, such as {id: 4711}")
}

// check notes what is wrong with a job, apart from the problems since the given
// one, which are its own already.
func (l jobList) check(node *yaml.Node, job *Job, at place, since int) {
	if rule := textProblem(job.Name); rule != "" {
		l.found.add(lineOf(node, "name"), at.child("name"), "%s", rule)
	}
	l.rules.labels(node, job.Labels, at, l.found)
	if l.system != nil {
		addAll(l.found, since, node, at, l.systems.CheckJob(l.system, job))
	}
}

// jobPlace names a job by its id, where it has one that can be shown.
func jobPlace(node *yaml.Node, at place) place {
	_, id := lookUp(node, "id")
	if id == nil || id.Kind != yaml.ScalarNode || isNull(id) || requiredTextProblem(id.Value) != "" {
		return at
	}
	owner := "job " + strconv.Quote(id.Value)
	if at.owner != "" {
		owner = fmt.Sprintf("%s: %s", at.owner, owner)
	}
	return place{owner: owner}
}
