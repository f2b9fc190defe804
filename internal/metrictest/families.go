package metrictest

import (
	"iter"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// Families are the metrics of one scrape.
type Families []*dto.MetricFamily

// Copied are families that stay when what lent them is used again.
func Copied(lent iter.Seq[*dto.MetricFamily]) Families {
	var families Families
	for family := range lent {
		families = append(families, proto.CloneOf(family))
	}
	return families
}

// Values are the numbers of a metric's series by one of its labels, of those
// whose other labels match: name, value, name, value...
func (f Families) Values(metric, label string, matching ...string) map[string]float64 {
	found := map[string]float64{}
	for _, family := range f {
		if family.GetName() != metric {
			continue
		}
		for _, m := range family.GetMetric() {
			labels := Labels(m)
			matches := true
			for i := 0; i+1 < len(matching); i += 2 {
				matches = matches && labels[matching[i]] == matching[i+1]
			}
			if matches {
				found[labels[label]] = Number(m)
			}
		}
	}
	return found
}

// State is the one state that a job is in; empty where it is not known.
func (f Families) State(jobID string) string {
	for state, value := range f.Values("asyncjob_state", "state", "job_id", jobID) {
		if value == 1 {
			return state
		}
	}
	return ""
}

// Failure is the reason that a job could not be read; empty where it could.
func (f Families) Failure(jobID string) string {
	for reason := range f.Values("asyncjob_query_failure", "reason", "job_id", jobID) {
		return reason
	}
	return ""
}

// Labels are the labels of a series.
func Labels(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, pair := range m.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}

// Number is the value of a series.
func Number(m *dto.Metric) float64 {
	if m.GetCounter() != nil {
		return m.GetCounter().GetValue()
	}
	return m.GetGauge().GetValue()
}
