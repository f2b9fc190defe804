package collector_test

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

// checkExposition checks what must hold of the metrics of any scrape.
func checkExposition(t *testing.T, families []*dto.MetricFamily) {
	t.Helper()
	for _, problem := range append(familyProblems(families), stateProblems(families)...) {
		t.Error(problem)
	}
	text := encoded(t, families, expfmt.TypeTextPlain)
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
			identity := name + seriesText(m)
			if seen[identity] {
				complain("%s: stands twice", identity)
			}
			seen[identity] = true
			if number := numberOf(m); math.IsNaN(number) || math.IsInf(number, 0) {
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
		value := label.GetValue()
		switch {
		case label.GetName() == "job" || label.GetName() == "instance":
			problems = append(problems, identity+": has a label that belongs to Prometheus")
		case !utf8.ValidString(value), strings.ContainsFunc(value, unicode.IsControl), utf8.RuneCountInString(value) > longest:
			problems = append(problems, fmt.Sprintf("%s: the value %q of %s is not fit", identity, value, label.GetName()))
		}
	}
	return problems
}

// stateProblems finds jobs that are not in exactly one state, and jobs whose
// status is not known but shown.
func stateProblems(families []*dto.MetricFamily) []string {
	states, up := map[string]float64{}, map[string]float64{}
	others := map[string][]string{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			labels := labelsOf(m)
			job := labels["target"] + "/" + labels["job_id"]
			switch family.GetName() {
			case "asyncjob_up":
				up[job] = numberOf(m)
			case "asyncjob_state":
				states[job] += numberOf(m)
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

func seriesText(m *dto.Metric) string {
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
func checkFormats(t *testing.T, families []*dto.MetricFamily) {
	t.Helper()
	open := encoded(t, families, expfmt.TypeOpenMetrics)
	if !strings.HasSuffix(open, "# EOF\n") {
		t.Error("OpenMetrics without an end")
	}
	// All metrics of jobs and targets are gauges, which both formats write alike.
	fromText, fromOpen := parsedSeries(t, encoded(t, families, expfmt.TypeTextPlain)), parsedSeries(t, open)
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

func encoded(t *testing.T, families []*dto.MetricFamily, format expfmt.FormatType) string {
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
func parsedSeries(t *testing.T, text string) []string {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var series []string
	for name, family := range families {
		for _, m := range family.GetMetric() {
			series = append(series, fmt.Sprintf("%s %s%s %v", family.GetType(), name, seriesText(m), numberOf(m)))
		}
	}
	slices.Sort(series)
	return series
}
