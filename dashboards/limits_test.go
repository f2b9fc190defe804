package dashboards

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

const (
	// mostLines and mostRows are what a graph and a table may have, however many
	// jobs and targets there are.
	mostLines = 50
	mostRows  = 100
	// Many are more than either, in every state that a list is for.
	manyTargets   = 60
	jobsPerTarget = 9
)

// A fleet of thousands is drawn in a browser that has to remain usable.
func TestNoPanelDrawsTooMuch(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for a minute")
	}
	prometheus := startPrometheus(t, startExporterOfManyJobs(t))
	waitForAll(t, prometheus)
	greatest := make(map[string]int)
	for _, b := range boards(t) {
		for _, q := range b.panelQueries() {
			most := mostLines
			if q.panel.Type == "table" {
				most = mostRows
			}
			found := len(answer(t, prometheus, q.interpolated(t)))
			if q.overTime {
				found = len(course(t, prometheus, q.interpolated(t)))
			}
			if found > most {
				t.Errorf("%s has %d series, more than %d: %s", q.where, found, most, q.interpolated(t))
			}
			greatest[q.panel.Type] = max(greatest[q.panel.Type], found)
		}
	}
	if greatest["table"] < mostRows {
		t.Errorf("no table has more than %d rows: there are too few jobs to tell", greatest["table"])
	}
}

// waitForAll waits until the rules have found all jobs, and the failed and the
// stalled ones.
func waitForAll(t *testing.T, prometheus string) {
	t.Helper()
	for _, holds := range []string{
		fmt.Sprintf("count(asyncjob:state) == %d", manyTargets*jobsPerTarget),
		fmt.Sprintf(`count(asyncjob:verdict{alertname="AsyncJobFailed"}) == %d`, manyTargets*jobsPerTarget/3),
		fmt.Sprintf(`count(asyncjob:verdict{alertname="AsyncJobStalled"}) == %d`, manyTargets*jobsPerTarget/3),
	} {
		deadline := time.Now().Add(liveTimeout)
		for len(answer(t, prometheus, holds)) == 0 {
			if time.Now().After(deadline) {
				t.Fatalf("never: %s", holds)
			}
			time.Sleep(exportertest.Glance)
		}
	}
}

// startExporterOfManyJobs runs an exporter of many targets, a third of whose
// jobs run, a third stand still, and a third have failed.
func startExporterOfManyJobs(t *testing.T) string {
	t.Helper()
	began := time.Now()
	upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		switch id % 3 {
		case 0:
			fmt.Fprintf(w, `{"state": "RUNNING", "progress": %d}`, int(time.Since(began).Seconds())%100)
		case 1:
			fmt.Fprint(w, `{"state": "RUNNING", "progress": 10}`)
		default:
			fmt.Fprint(w, `{"state": "FINISHED", "error": "no"}`)
		}
	})
	var targets strings.Builder
	targets.WriteString("targets:\n")
	for i := range manyTargets {
		fmt.Fprintf(&targets, "  - name: target-%d\n    system: sample_exchange\n    url: %s\n    jobs: [", i, upstream.URL)
		for id := range jobsPerTarget {
			fmt.Fprintf(&targets, "{id: %d}, ", id+1)
		}
		targets.WriteString("]\n")
	}
	return exportertest.Start(t, exportertest.Options{Config: targets.String()}).URL
}

// course is the labels of what Prometheus answers for the last minutes.
func course(t *testing.T, prometheus, expr string) []map[string]string {
	t.Helper()
	now := time.Now()
	return answered(t, expr, get(t, prometheus+"/api/v1/query_range?"+url.Values{
		"query": {expr}, "step": {"5"},
		"start": {strconv.FormatInt(now.Add(-5*time.Minute).Unix(), 10)}, "end": {strconv.FormatInt(now.Unix(), 10)},
	}.Encode()))
}
