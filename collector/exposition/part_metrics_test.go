package exposition

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// TestPartsAreExported writes down the series of the parts of one job.
func TestPartsAreExported(t *testing.T) {
	half := 0.5
	parts := []job.Part{{Name: "test", Kind: "check", State: job.Failed}, {Name: "build", Kind: "make", State: job.Running, Progress: &half}, {Name: "ship", State: job.Pending}}
	table := NewTable([]SystemInfo{{System: "ci", Metric: job.InfoMetric{Name: "asyncjob_ci_info", Labels: []string{"ref"}}}})
	x := New(table, table.Layout(nil), nil, NewPartsPool(), func(int, time.Duration) {})
	x.AddJob([]string{"ci", "a", "1"}, table.Samples("ci", View{Job: &job.Job{State: job.Running, Parts: parts, Info: []string{"main"}}, MaxFiles: 2}, &List{}, Samples{}))
	var got strings.Builder
	for family := range x.Families() {
		if !strings.Contains(family.GetName(), "part") && !strings.Contains(family.GetName(), "ci_info") {
			continue
		}
		for _, metric := range family.GetMetric() {
			fmt.Fprintf(&got, "%s{", strings.TrimPrefix(family.GetName(), "asyncjob_"))
			for _, label := range metric.GetLabel() {
				if name := label.GetName(); name != "system" && name != "target" && name != "job_id" {
					fmt.Fprintf(&got, "%s=%s,", name, label.GetValue())
				}
			}
			fmt.Fprintf(&got, "} %g\n", metric.GetGauge().GetValue())
		}
	}
	const want = `parts{state=pending,} 1
parts{state=running,} 1
parts{state=succeeded,} 0
parts{state=failed,} 1
parts{state=canceled,} 0
parts{state=unknown,} 0
part_state{part=build,part_kind=make,state=running,} 1
part_state{part=ship,part_kind=,state=pending,} 1
part_progress_ratio{part=build,} 0.5
parts_omitted{} 1
ci_info{ref=main,} 1
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
}
