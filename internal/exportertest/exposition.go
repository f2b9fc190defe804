package exportertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Exposition is a parsed answer of /metrics or /probe.
type Exposition struct {
	// Text is the whole answer.
	Text     string
	families map[string]*dto.MetricFamily
	// lines are the samples, in the order of the text.
	lines []string
}

// Parse reads an answer in the text format. The error tells that it is none, or
// that it breaks what must hold for every answer, see check.
func Parse(text string) (*Exposition, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	e := &Exposition{Text: text, families: families}
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			e.lines = append(e.lines, line)
		}
	}
	if err != nil {
		return e, err
	}
	err = e.check()
	return e, err
}

// Value is the value of the one series with these labels, given as name, value,
// name, value; false where there is none or more than one.
func (e *Exposition) Value(name string, labels ...string) (float64, bool) {
	found := e.Series(name, labels...)
	if len(found) != 1 {
		return 0, false
	}
	return number(found[0]), true
}

// Sum is the sum of the values of all series with these labels.
func (e *Exposition) Sum(name string, labels ...string) float64 {
	sum := 0.0
	for _, metric := range e.Series(name, labels...) {
		sum += number(metric)
	}
	return sum
}

// Series are all series of a metric that have these labels.
func (e *Exposition) Series(name string, labels ...string) []*dto.Metric {
	var found []*dto.Metric
	for _, metric := range e.families[name].GetMetric() {
		if hasLabels(metric, labels) {
			found = append(found, metric)
		}
	}
	return found
}

// Label is the value of a label.
func Label(metric *dto.Metric, name string) string {
	for _, pair := range metric.GetLabel() {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

// State is the state of a job; empty where it has none.
func (e *Exposition) State(target, job string) string {
	for _, metric := range e.Series("asyncjob_state", "target", target, "job_id", job) {
		if number(metric) == 1 {
			return Label(metric, "state")
		}
	}
	return ""
}

// Reason is why a job could not be read; empty where it could.
func (e *Exposition) Reason(target, job string) string {
	for _, metric := range e.Series("asyncjob_query_failure", "target", target, "job_id", job) {
		return Label(metric, "reason")
	}
	return ""
}

// Lines are the lines of all series of jobs for which keep is true, as they
// were sent.
func (e *Exposition) Lines(keep func(target, job string) bool) string {
	var kept strings.Builder
	for _, line := range e.lines {
		target, ofTarget := labelIn(line, "target")
		job, ofJob := labelIn(line, "job_id")
		if ofTarget && ofJob && keep(target, job) {
			kept.WriteString(line + "\n")
		}
	}
	return kept.String()
}

// Jobs are the ids of a target's jobs, sorted.
func (e *Exposition) Jobs(target string) []string {
	var ids []string
	for _, metric := range e.Series("asyncjob_up", "target", target) {
		ids = append(ids, Label(metric, "job_id"))
	}
	slices.Sort(ids)
	return ids
}

// check reports what must hold whatever the upstreams do: no series twice, and
// for each job exactly one state where it is up, and else nothing but a reason.
func (e *Exposition) check() error {
	var problems []error
	seen := map[string]bool{}
	for _, line := range e.lines {
		name := line[:strings.LastIndexByte(line, ' ')]
		if seen[name] {
			problems = append(problems, fmt.Errorf("the series %s is there twice", name))
		}
		seen[name] = true
	}
	return errors.Join(append(problems, e.checkJobs())...)
}

// jobCheck is what is known of one job while checking.
type jobCheck struct {
	up                               float64
	infos, states, failures, samples int
	sum                              float64
}

// checkJobs reports jobs that are neither up with one state nor down with one reason.
func (e *Exposition) checkJobs() error {
	jobs := map[[2]string]*jobCheck{}
	of := func(metric *dto.Metric) *jobCheck {
		key := [2]string{Label(metric, "target"), Label(metric, "job_id")}
		if jobs[key] == nil {
			jobs[key] = &jobCheck{up: -1}
		}
		return jobs[key]
	}
	for name, family := range e.families {
		for _, metric := range family.GetMetric() {
			if Label(metric, "job_id") == "" {
				continue
			}
			job := of(metric)
			job.samples++
			switch name {
			case "asyncjob_up":
				job.up = number(metric)
			case "asyncjob_info":
				job.infos++
			case "asyncjob_query_failure":
				job.failures++
			case "asyncjob_state":
				job.states++
				job.sum += number(metric)
			}
		}
	}
	var problems []error
	for key, job := range jobs {
		down := *job == jobCheck{up: 0, infos: 1, failures: 1, samples: 3}
		up := job.up == 1 && job.infos == 1 && job.failures == 0 && job.states == 8 && job.sum == 1
		if !down && !up {
			problems = append(problems, fmt.Errorf("job %s of %s is neither up with one state nor down with one reason: %+v", key[1], key[0], *job))
		}
	}
	return errors.Join(problems...)
}

func number(metric *dto.Metric) float64 {
	switch {
	case metric.GetGauge() != nil:
		return metric.GetGauge().GetValue()
	case metric.GetCounter() != nil:
		return metric.GetCounter().GetValue()
	default:
		return metric.GetUntyped().GetValue()
	}
}

func hasLabels(metric *dto.Metric, labels []string) bool {
	for i := 0; i+1 < len(labels); i += 2 {
		if Label(metric, labels[i]) != labels[i+1] {
			return false
		}
	}
	return true
}

// labelIn is a label's value in a line of the text format, as long as it holds
// no quotes.
func labelIn(line, name string) (string, bool) {
	for _, before := range []string{"{", ","} {
		if _, after, found := strings.Cut(line, before+name+`="`); found {
			value, _, closed := strings.Cut(after, `"`)
			return value, closed
		}
	}
	return "", false
}
