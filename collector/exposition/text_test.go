package exposition

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// TestTextIsWhatExpfmtWrites in both formats, however the jobs differ.
func TestTextIsWhatExpfmtWrites(t *testing.T) {
	one, third, large := 1.0, 1.0/3, 123456789.0
	jobs := []View{
		{Name: "n", Kind: "k", Job: &job.Job{State: job.Running, Progress: &third, Started: time.Unix(1_764_000_000, 5e8)}},
		{Name: "n", Kind: "k", Reason: job.ReasonTimeout},
		{Name: "a \"b\" \\ c", Kind: "", Job: &job.Job{State: job.Failed, Error: job.Error{ID: "x\ny"}, ResultStatusCode: &one}, ErrorText: true},
		{Name: "n", Kind: "k", MaxFiles: 9, Job: &job.Job{
			State: job.Running, Progress: &one, Expiration: time.Unix(1_764_000_000, 0),
			Files: []job.File{{Name: "ä.vmdk", State: job.Running, SizeBytes: &large, TransferredBytes: &third}, {Name: "b", State: job.Succeeded}},
		}},
	}
	x := expositionOf(t, jobs, "team \\")
	for _, format := range []TextFormat{PlainText, OpenMetrics} {
		if got, want := textOf(t, x, format), expfmtText(t, x, format); got != want {
			t.Errorf("format %d: got\n%s\nwant\n%s", format, got, want)
		}
	}
}

// TestLongAnswersAreWrittenWhole where they are written in several pieces.
func TestLongAnswersAreWrittenWhole(t *testing.T) {
	many := make([]View, 3000)
	for i := range many {
		many[i] = View{Name: "job " + strconv.Itoa(i), Kind: "k", Job: &job.Job{State: job.Running}}
	}
	x := expositionOf(t, many, "x")
	if got, want := textOf(t, x, OpenMetrics), expfmtText(t, x, OpenMetrics); got != want {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

func TestAClientThatGoesAwayEndsTheText(t *testing.T) {
	x := expositionOf(t, make([]View, 3000), "x")
	gone := &goneWriter{}
	if err := x.WriteText(gone, PlainText); !errors.Is(err, errGone) {
		t.Errorf("the error is %v", err)
	}
	if gone.writes != 1 {
		t.Errorf("it was written to %d times", gone.writes)
	}
}

// FuzzText compares values and labels with those of expfmt.
func FuzzText(f *testing.F) {
	for _, value := range []float64{0, 1, -1, 0.5, 1e21, 1e-9, 123456789, 1.764e9, 1 << 20, -(1 << 20), 1e6, math.Pi, math.MaxFloat64, math.Copysign(0, -1)} {
		f.Add(value, "a\\b\"c\nd", "ä\xff")
	}
	f.Add(math.NaN(), "", "x")
	f.Add(math.Inf(1), "", "x")
	f.Add(math.Inf(-1), "", "x")
	f.Fuzz(func(t *testing.T, value float64, name, label string) {
		x := expositionOf(t, []View{{Name: job.Label(name), Kind: "k", Job: &job.Job{State: job.Running, Progress: &value}}}, job.Label(label))
		x.jobs[0].values[0] = value
		for _, format := range []TextFormat{PlainText, OpenMetrics} {
			if got, want := textOf(t, x, format), expfmtText(t, x, format); got != want {
				t.Errorf("format %d: got\n%s\nwant\n%s", format, got, want)
			}
		}
	})
}

// expositionOf has one job for each view, all with a label "team".
func expositionOf(t *testing.T, views []View, team string) *Exposition {
	t.Helper()
	table := NewTable(nil)
	x := New(table, table.Layout([]string{"team"}), nil, NewPartsPool(), func(int, time.Duration) {})
	var list List
	for i, view := range views {
		x.AddJob([]string{"s", "t\"", strconv.Itoa(i), team}, table.Samples("s", view, &list, Samples{}))
	}
	return x
}

func textOf(t *testing.T, x *Exposition, format TextFormat) string {
	t.Helper()
	var text strings.Builder
	if err := x.WriteText(&text, format); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func expfmtText(t *testing.T, x *Exposition, format TextFormat) string {
	t.Helper()
	var text strings.Builder
	asked := expfmt.NewFormat(map[TextFormat]expfmt.FormatType{PlainText: expfmt.TypeTextPlain, OpenMetrics: expfmt.TypeOpenMetrics}[format])
	encoder := expfmt.NewEncoder(&text, asked.WithEscapingScheme(model.NoEscaping))
	for family := range x.Families() {
		if err := encoder.Encode(family); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

var errGone = errors.New("the client went away")

type goneWriter struct{ writes int }

func (g *goneWriter) Write([]byte) (int, error) {
	g.writes++
	return 0, errGone
}
