package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// takenLabels belong to Prometheus, its service discoveries, its histograms and
// to the alerts, or are on every series already.
func takenLabels() []string {
	return []string{
		"system", "target", "job_id",
		"job", "instance", "namespace", "service", "pod", "container", "endpoint", "node",
		"severity", "alertname", "le", "quantile",
	}
}

// labels checks the configured labels of a target or a job.
func (r Rules) labels(node *yaml.Node, labels map[string]string, at place, found *problems) {
	at = at.child("labels")
	if len(labels) > maxJobLabels {
		found.add(lineOf(node, "labels"), at, "holds %d labels: at most %d are allowed", len(labels), maxJobLabels)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		line := lineOf(node, "labels", name)
		if rule := r.labelNameProblem(name); rule != "" {
			found.add(line, at, "%q %s", name, rule)
		}
		if rule := textProblem(labels[name]); rule != "" {
			found.add(line, at, "%q: its value %s", name, rule)
		}
	}
}

// labelNames collects the names of all configured labels, which must not be too
// many.
func (p *parser) labelNames(targets []*Target) *labelNames {
	all := newLabelNames()
	names := map[string]struct{}{}
	for _, target := range targets {
		if target == nil {
			continue
		}
		for name := range target.Labels {
			names[name] = struct{}{}
		}
		addNames(names, labelNamesOf(target.Jobs))
	}
	if !all.admit("", slices.Sorted(maps.Keys(names))) {
		p.found.add(0, place{}, "labels of targets and jobs have %d names: all together may have at most %d", len(names), maxLabelNames)
	}
	return all
}

func (r Rules) labelNameProblem(name string) string {
	switch {
	case !model.LegacyValidation.IsValidLabelName(name):
		return "is no label name: it must be letters, digits and _, and begin with no digit" + labelNameInstead(name)
	case strings.HasPrefix(name, model.ReservedLabelPrefix):
		return "must not begin with __: such labels belong to Prometheus"
	case slices.Contains(takenLabels(), name), slices.Contains(r.ReservedLabels, name):
		return "is taken: the exporter, Prometheus or the alerts use it, choose another name"
	default:
		return ""
	}
}

// labelNameInstead is a label name that is near to what stands there.
func labelNameInstead(name string) string {
	instead := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-. :/", r) {
			return '_'
		}
		return r
	}, name)
	if !model.LegacyValidation.IsValidLabelName(instead) {
		return ""
	}
	return ", such as " + instead
}
