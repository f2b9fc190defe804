package exposition

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

func TestOnlyErrorsMayBeLonger(t *testing.T) {
	long := strings.Repeat("x", 300)
	list := List{names: []string{"error_id", "error"}}
	list.add(1, long, long)
	got := list.labels
	if utf8.RuneCountInString(got[0]) != 128 || utf8.RuneCountInString(got[1]) != 200 {
		t.Errorf("they have %d and %d characters", len(got[0]), len(got[1]))
	}
}

func TestMakingValuesFitChangesNoJob(t *testing.T) {
	values := []string{"fits", "does\nnot", "nor\tthis"}
	list := List{names: []string{"a", "b", "c"}}
	list.add(1, values...)
	if got := list.labels; strings.Join(got, "|") != "fits|does not|nor this" || values[1] != "does\nnot" || values[2] != "nor\tthis" {
		t.Errorf("%q became %q", values, got)
	}
}

// TestEverySeriesHasAllItsLabels because the values of a job's labels are kept
// in one list, without their names.
func TestEverySeriesHasAllItsLabels(t *testing.T) {
	one, yes := 1.0, true
	full := &job.Job{
		State: job.Failed, UpstreamState: "ERROR", Progress: &one, ResultStatusCode: &one,
		Chunks:      &job.Chunks{Uploaded: &one, Pending: &one},
		Files:       []job.File{{Name: "a", SourceType: "PUSH", State: job.Running, TransferredBytes: &one, SizeBytes: &one}},
		DataCenters: []job.DataCenter{{Name: "a", Region: "b", Replica: &yes, State: job.Running, Progress: &one}},
		Parts:       []job.Part{{Name: "a", Kind: "b", State: job.Running, Progress: &one}},
		Preview: &job.Preview{
			State: "AVAILABLE", Warnings: []job.PreviewWarning{{Type: "a"}}, Certificate: &job.PreviewCertificate{Issuer: "a", Subject: "b"},
		},
		Error: job.Error{ID: "a", Message: "b"}, Info: []string{"a", "b"},
	}
	table := NewTable([]SystemInfo{{System: "s", Metric: job.InfoMetric{Name: "s_info", Help: "Of s.", Labels: []string{"c", "d"}}}})
	for name, view := range map[string]View{
		"a job that was read":  {Name: "n", Kind: "k", Job: full, ErrorText: true, MaxFiles: 3},
		"a job that was not":   {Name: "n", Kind: "k", Reason: job.ReasonTimeout},
		"a job without values": {Name: "n", Kind: "k", Job: &job.Job{State: job.Unknown}},
	} {
		made := table.Samples("s", view, &List{}, Samples{})
		want := 0
		for _, row := range []byte(made.rows) {
			if table.rows[row].states == nil {
				want += len(table.rows[row].labels)
			}
		}
		if len(made.values) == 0 || len(made.values) != len(made.rows) || len(made.labels) != want {
			t.Errorf("%s: %d values of %d rows have %d values of labels, want %d", name, len(made.values), len(made.rows), len(made.labels), want)
		}
	}
}
