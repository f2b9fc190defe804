package config

import (
	"fmt"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// jobReader reads a list of jobs, of the configuration or of a job file, and
// checks them. system is nil where the target's is unknown.
type jobReader struct {
	rules   Rules
	systems Systems
	system  System
	found   *problems
	decoder *decoder
}

// readListed reads a list that stands outside of the configuration, whose size is
// bounded.
func (r jobReader) readListed(node *yaml.Node) []Job {
	if node.Kind == yaml.SequenceNode && len(node.Content) > maxListedJobs {
		r.found.add(node.Line, place{}, "holds %d jobs: a list may hold at most %d, split it", len(node.Content), maxListedJobs)
		return nil
	}
	return r.read(node, place{})
}

// read returns the jobs in the order of the list. It notes what is wrong with
// them, an id that stands twice included.
func (r jobReader) read(node *yaml.Node, at place) []Job {
	if node.Kind != yaml.SequenceNode {
		r.noList(node, at)
		return nil
	}
	jobs := make([]Job, 0, len(node.Content))
	firstLines := make(map[string]int, len(node.Content))
	for i, element := range node.Content {
		if r.found.full() {
			break
		}
		element = followAlias(element)
		at := jobPlace(element, place{owner: at.owner, key: "jobs"}.item(i))
		job, ok := r.job(element, at)
		if !ok {
			continue
		}
		if first, twice := firstLines[job.ID]; twice {
			r.found.add(lineOf(element, "id"), at.child("id"), "stands twice, first on line %d: ids are unique within a target", first)
			continue
		}
		firstLines[job.ID] = lineOf(element, "id")
		jobs = append(jobs, job)
	}
	return jobs
}

// job reads one job; ok tells that it has a usable id.
func (r jobReader) job(node *yaml.Node, at place) (job Job, ok bool) {
	if node.Kind != yaml.MappingNode {
		r.noJob(node, at)
		return Job{}, false
	}
	before := len(r.found.list)
	var keys jobKeys
	r.decoder.decode(node, &keys, at)
	if keys.ID == "" && len(r.found.list) > before {
		return Job{}, false
	}
	if rule := requiredTextProblem(string(keys.ID)); rule != "" {
		r.found.add(lineOf(node, "id"), at.child("id"), "%s", rule)
		return Job{}, false
	}
	job = Job{ID: string(keys.ID), Name: keys.Name, Kind: keys.Kind, Type: keys.Type, Path: keys.Path, Labels: keys.Labels}
	if keys.MaxDuration != nil {
		job.MaxDuration = time.Duration(*keys.MaxDuration)
		if job.MaxDuration <= 0 {
			r.found.add(lineOf(node, "max_duration"), at.child("max_duration"), "\"0s\": must be longer than 0s; left out, the target's holds")
		}
	}
	r.check(node, &job, at, before)
	return job, true
}

// noList notes that there is no list of jobs.
func (r jobReader) noList(node *yaml.Node, at place) {
	switch {
	case node.Kind == yaml.ScalarNode && requiredTextProblem(node.Value) == "":
		r.found.wrong(node.Line, at, node.Value, "must be a list of jobs: write [{id: %s}]", shown(node.Value))
	case node.Kind == yaml.MappingNode:
		r.found.add(node.Line, at, "must be a list of jobs, such as [{id: 4711}]: begin each job with a dash")
	default:
		r.found.add(node.Line, at, "must be a list of jobs, such as [{id: 4711}]")
	}
}

// noJob notes that an element of the list is no job.
func (r jobReader) noJob(node *yaml.Node, at place) {
	if node.Kind == yaml.ScalarNode && requiredTextProblem(node.Value) == "" && !isNull(node) {
		r.found.wrong(node.Line, at, node.Value, "must be a mapping with the key id: write {id: %s}", shown(node.Value))
		return
	}
	r.found.add(node.Line, at, "must be a mapping with the key id, such as {id: 4711}")
}

// check notes what is wrong with a job, apart from the problems since the given
// one, which are its own already.
func (r jobReader) check(node *yaml.Node, job *Job, at place, since int) {
	if rule := textProblem(job.Name); rule != "" {
		r.found.add(lineOf(node, "name"), at.child("name"), "%s", rule)
	}
	r.rules.labels(node, job.Labels, at, r.found)
	if r.system != nil {
		addAll(r.found, since, node, at, r.systems.CheckJob(r.system, job))
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
