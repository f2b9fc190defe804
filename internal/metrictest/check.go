// Package metrictest looks at metric families: what must hold of the metrics of
// any scrape, and what the series of a test say. It knows no system.
package metrictest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Check checks what must hold of the metrics of any scrape.
func Check(t testing.TB, families []*dto.MetricFamily) {
	t.Helper()
	for _, problem := range Problems(families) {
		t.Error(problem)
	}
	text := Encode(t, families, expfmt.TypeTextPlain)
	for _, secret := range []string{"canary", "Canary", "CANARY"} {
		if strings.Contains(text, secret) {
			t.Errorf("the exposition holds a %q", secret)
		}
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Errorf("the exposition cannot be parsed: %v", err)
	}
	for _, problem := range problems {
		t.Errorf("promlint: %s: %s", problem.Metric, problem.Text)
	}
	checkFormats(t, families)
}

// Problems are what is wrong with the metrics of a scrape, whatever format they are written in.
func Problems(families []*dto.MetricFamily) []string {
	return append(familyProblems(families), stateProblems(families)...)
}

// familyProblems looks at each family and series by itself, and for doubles.
func familyProblems(families []*dto.MetricFamily) []string {
	var problems []string
	complain := func(format string, arguments ...any) { problems = append(problems, fmt.Sprintf(format, arguments...)) }
	names, seen := map[string]bool{}, map[string]bool{}
	for _, family := range families {
		name := family.GetName()
		if names[name] || family.GetHelp() == "" || len(family.GetMetric()) == 0 {
			complain("%s: stands twice, has no help, or has no series", name)
		}
		names[name] = true
		for _, m := range family.GetMetric() {
			identity := name + SeriesText(m)
			if seen[identity] {
				complain("%s: stands twice", identity)
			}
			seen[identity] = true
			if number := Number(m); math.IsNaN(number) || math.IsInf(number, 0) {
				complain("%s: is %v", identity, number)
			} else if strings.HasSuffix(name, "_ratio") && (number < 0 || number > 1) {
				complain("%s: is %v, which is not from 0 to 1", identity, number)
			}
			problems = append(problems, labelProblems(identity, m.GetLabel())...)
		}
	}
	return problems
}

func labelProblems(identity string, labels []*dto.LabelPair) []string {
	var problems []string
	if !slices.IsSortedFunc(labels, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) }) {
		problems = append(problems, identity+": its labels are not sorted")
	}
	for _, label := range labels {
		longest := 128
		if label.GetName() == "error" {
			longest = 200
		}
		if label.GetName() == "job" || label.GetName() == "instance" {
			problems = append(problems, identity+": has a label that belongs to Prometheus")
		} else if problem := Unfit(label.GetValue(), longest); problem != "" {
			problems = append(problems, fmt.Sprintf("%s: the value of %s %s", identity, label.GetName(), problem))
		}
	}
	return problems
}

// Unfit says why a text is no label value; empty where it is one.
func Unfit(value string, longest int) string {
	switch {
	case !utf8.ValidString(value):
		return "is not valid UTF-8"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "holds control characters"
	case utf8.RuneCountInString(value) > longest:
		return "is too long"
	default:
		return ""
	}
}

// stateProblems finds jobs that are not in exactly one state, and jobs whose
// status is not known but shown.
func stateProblems(families []*dto.MetricFamily) []string {
	states, up := map[string]float64{}, map[string]float64{}
	others := map[string][]string{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			labels := Labels(m)
			job := labels["target"] + "/" + labels["job_id"]
			switch family.GetName() {
			case "asyncjob_up":
				up[job] = Number(m)
			case "asyncjob_state":
				states[job] += Number(m)
			case "asyncjob_info", "asyncjob_target_up", "asyncjob_target_jobs", "asyncjob_target_scrape_duration_seconds":
			default:
				others[job] = append(others[job], family.GetName())
			}
		}
	}
	var problems []string
	for job, value := range up {
		if states[job] != value {
			problems = append(problems, fmt.Sprintf("job %s: up is %v and the sum of its states %v", job, value, states[job]))
		}
		if value == 0 && !slices.Equal(others[job], []string{"asyncjob_query_failure"}) {
			problems = append(problems, fmt.Sprintf("job %s: is not up and has %q", job, others[job]))
		}
		if value == 1 && slices.Contains(others[job], "asyncjob_query_failure") {
			problems = append(problems, fmt.Sprintf("job %s: is up and has a failure", job))
		}
	}
	return problems
}

// SeriesText is a series as a text would name it, without its metric.
func SeriesText(m *dto.Metric) string {
	var labels []string
	for _, pair := range m.GetLabel() {
		labels = append(labels, fmt.Sprintf("%s=%q", pair.GetName(), pair.GetValue()))
	}
	return "{" + strings.Join(labels, ",") + "}"
}

// byName are the families sorted by name.
func byName(families []*dto.MetricFamily) []*dto.MetricFamily {
	return slices.SortedFunc(slices.Values(families), func(a, b *dto.MetricFamily) int {
		return strings.Compare(a.GetName(), b.GetName())
	})
}

// checkFormats compares what a parser makes of the two text formats.
func checkFormats(t testing.TB, families []*dto.MetricFamily) {
	t.Helper()
	open := Encode(t, families, expfmt.TypeOpenMetrics)
	if !strings.HasSuffix(open, "# EOF\n") {
		t.Error("OpenMetrics without an end")
	}
	// All metrics of jobs and targets are gauges, which both formats write alike.
	fromText, fromOpen := parsedSeries(t, Encode(t, families, expfmt.TypeTextPlain)), parsedSeries(t, open)
	if !slices.Equal(fromText, fromOpen) {
		t.Errorf("text and OpenMetrics differ:\n%s\n%s", strings.Join(fromText, "\n"), strings.Join(fromOpen, "\n"))
	}
	series := 0
	for _, family := range families {
		series += len(family.GetMetric())
	}
	if len(fromText) != series {
		t.Errorf("%d series of %d were parsed", len(fromText), series)
	}
}

// Encode writes families, sorted by name.
func Encode(t testing.TB, families []*dto.MetricFamily, format expfmt.FormatType) string {
	t.Helper()
	var text bytes.Buffer
	encoder := expfmt.NewEncoder(&text, expfmt.NewFormat(format))
	for _, family := range byName(families) {
		if err := encoder.Encode(family); err != nil {
			t.Fatal(err)
		}
	}
	if closer, ok := encoder.(expfmt.Closer); ok {
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

// parsedSeries are all series of a text, sorted.
func parsedSeries(t testing.TB, text string) []string {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var series []string
	for name, family := range families {
		for _, m := range family.GetMetric() {
			series = append(series, fmt.Sprintf("%s %s%s %v", family.GetType(), name, SeriesText(m), Number(m)))
		}
	}
	slices.Sort(series)
	return series
}
