package faults

import (
	"flag"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// parallelTests is more than there are processors: most tests wait.
const parallelTests = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", parallelTests); err != nil {
		os.Exit(2)
	}
	goleak.VerifyTestMain(m)
}

// patient is a scrape timeout that no test of a healthy upstream gets near.
const patient = 60 * time.Second

// simulatedTarget is one target of a small world: its name, and its job whose
// reads the tests spoil.
type simulatedTarget struct {
	name     string
	firstJob string
	// session tells that reads carry a login that the target was asked for.
	session bool
}

// smallWorld are the targets of twelve jobs, three a system.
func smallWorld() map[string]simulatedTarget {
	return map[string]simulatedTarget{
		"sample_exchange":    {name: "samples-demo", firstJob: "100000"},
		"vsphere":            {name: "vcenter-demo", firstJob: "00000000-0000-4000-8000-000000000000:9c7e16e9-9b8c-4c5a-a67b-a66a08b7d71c", session: true},
		"oracle_marketplace": {name: "marketplace-demo", firstJob: "3000000", session: true},
		"oracle_content":     {name: "content-demo", firstJob: "OPL000000000000", session: true},
	}
}

func systemNames() []string { return slices.Sorted(maps.Keys(smallWorld())) }

// smallLoad is the simulator's option for that world.
func smallLoad() *simulator.Load {
	return &simulator.Load{Jobs: 12, FinishedShare: 0.34, FilesPerSession: 2, DataCenters: 2}
}

// isLogin tells whether a request is one of the systems' logins or logouts.
func isLogin(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/session") || strings.HasSuffix(r.URL.Path, "/authenticate") || strings.HasSuffix(r.URL.Path, "/token")
}

// isAbout tells whether a request is about a job.
func isAbout(r *http.Request, job string) bool {
	return strings.HasSuffix(r.URL.Path, "/"+job) || strings.Contains(r.URL.Path, "/"+job+"/") || strings.HasSuffix(r.URL.Path, ":"+job)
}

// allBut are the lines of all jobs but those of one target.
func allBut(e *exportertest.Exposition, spoilt string) string {
	return e.Lines(func(target, _ string) bool { return target != spoilt })
}

// wantSameLines compares two sets of lines and shows the first that differs.
func wantSameLines(t *testing.T, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := lineAt(gotLines, i), lineAt(wantLines, i)
		if g != w {
			t.Errorf("%s differ, first in line %d:\n got %s\nwant %s", what, i, g, w)
			return
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(no line)"
}

func wantValue(t *testing.T, e *exportertest.Exposition, want float64, name string, labels ...string) {
	t.Helper()
	if got, ok := e.Value(name, labels...); !ok || got != want {
		t.Errorf("%s%v is %v (there: %v), want %v", name, labels, got, ok, want)
	}
}
