package exposition

import (
	"cmp"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Target is what is exported of one target itself.
type Target struct {
	System string
	Name   string
	// Labels are the configured ones.
	Labels map[string]string
	// Failure is why the target is not up; empty where it is.
	Failure  job.Reason
	Duration time.Duration
	// ClockSkew is the upstream's clock less ours, where that is known.
	ClockSkew  time.Duration
	ClockKnown bool
	// Jobs are the numbers of known jobs by source.
	Jobs []JobCount
}

// JobCount is the number of jobs that are known from one source.
type JobCount struct {
	Source string
	Number int
}

// TargetFamilies are the metrics of targets. names are those of all labels that
// any target has, sorted.
func TargetFamilies(names []string, targets []Target) []*dto.MetricFamily {
	up := gaugeFamily("asyncjob_target_up",
		"1 if login and listing worked and, where any job was to be read, at least one read was answered.")
	failure := gaugeFamily("asyncjob_target_failure",
		"1 while asyncjob_target_up is 0, with the reason of the login, the list or the reads.")
	skew := gaugeFamily("asyncjob_target_clock_skew_seconds",
		"The upstream's clock less the exporter's, by the Date of the upstream's answers.")
	duration := gaugeFamily("asyncjob_target_scrape_duration_seconds", "How long reading the target took in this scrape.")
	jobs := gaugeFamily("asyncjob_target_jobs", "Jobs known of the target, by where they are known from.")
	for i := range targets {
		target := &targets[i]
		target.add(up, names, boolean(target.Failure == ""))
		if target.Failure != "" {
			target.add(failure, names, 1, labelPair("reason", string(target.Failure)))
		}
		if target.ClockKnown {
			target.add(skew, names, target.ClockSkew.Seconds())
		}
		target.add(duration, names, target.Duration.Seconds())
		for _, count := range target.Jobs {
			target.add(jobs, names, float64(count.Number), labelPair("source", count.Source))
		}
	}
	return slices.DeleteFunc([]*dto.MetricFamily{up, failure, skew, duration, jobs}, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 })
}

// add adds one series of the target to a family, with its own labels and those
// that all series of targets have.
func (t *Target) add(family *dto.MetricFamily, names []string, value float64, own ...*dto.LabelPair) {
	labels := slices.Concat(own, []*dto.LabelPair{labelPair("system", t.System), labelPair("target", t.Name)})
	for _, name := range names {
		labels = append(labels, labelPair(name, t.Labels[name]))
	}
	slices.SortFunc(labels, func(a, b *dto.LabelPair) int { return cmp.Compare(a.GetName(), b.GetName()) })
	family.Metric = append(family.Metric, &dto.Metric{Label: labels, Gauge: &dto.Gauge{Value: &value}})
}
