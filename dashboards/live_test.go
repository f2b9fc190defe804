package dashboards

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// liveTimeout is how long a dashboard may take to be filled.
const liveTimeout = 5 * time.Minute

// rightlyEmpty are the queries that the demo leaves without an answer, and why.
func rightlyEmpty() map[string]string {
	return map[string]string{
		`asyncjob-job "Files by state" B`: "no session of the demo has more files than max_files",
		`asyncjob-job "Parts by state" B`: "no pipeline has more parts than max_files",
	}
}

// A real Prometheus scrapes the demo, and beside it an exporter of what the demo
// does not have: each query of each panel and variable answers something.
func TestEveryPanelHasData(t *testing.T) {
	if testing.Short() {
		t.Skip("runs for a minute or two")
	}
	prometheus := startPrometheus(t, startDemo(t), startExporterOfALostJob(t))
	var waiting []query
	for _, b := range boards(t) {
		waiting = append(waiting, b.panelQueries()...)
	}
	waiting = append(waiting, variablesOf(t)...)
	started := time.Now()
	for len(waiting) > len(rightlyEmpty()) && time.Since(started) < liveTimeout {
		waiting = slices.DeleteFunc(waiting, func(q query) bool {
			rows := answer(t, prometheus, q.interpolated(t))
			checkColumns(t, q, rows)
			return len(rows) > 0
		})
		time.Sleep(time.Second)
	}
	t.Logf("waited %s", time.Since(started).Round(time.Second))
	excused := rightlyEmpty()
	for _, q := range waiting {
		if excused[q.where] == "" {
			t.Errorf("no data in %s: %s\n%s", liveTimeout, q.where, q.interpolated(t))
		}
		delete(excused, q.where)
	}
	for where, why := range excused {
		t.Errorf("%s has data, although %s", where, why)
	}
	if t.Failed() {
		t.Logf("jobs that could not be read: %v", answer(t, prometheus, "asyncjob_query_failure"))
		t.Logf("what was scraped: %s", get(t, prometheus+"/api/v1/targets?state=active"))
	}
}

// Two exporters of the same jobs are no rarity: neither may a join fail, nor a
// job be shown twice, nor a table have columns that are none of its own.
func TestAPairOfExportersShowsEachJobOnce(t *testing.T) {
	demo := startDemo(t)
	prometheus := startPrometheus(t, demo, strings.Replace(demo, "127.0.0.1", "localhost", 1))
	waitForPair(t, prometheus)
	seen := 0
	for _, b := range boards(t) {
		for _, q := range append(b.queries(), variableQueries(t, b)...) {
			rows := answer(t, prometheus, q.interpolated(t))
			checkColumns(t, q, rows)
			if oneRowAJob(q) {
				checkJobs(t, q, rows)
				seen += len(rows)
			}
		}
	}
	if seen == 0 {
		t.Error("no list has a job")
	}
}

// checkColumns fails where a table gets a label that is no column of its own.
func checkColumns(t *testing.T, q query, rows []map[string]string) {
	t.Helper()
	if q.panel.Type != "table" {
		return
	}
	columns := organized(q.panel).Options
	if len(columns.IndexByName) == 0 {
		return // it shows whatever there is
	}
	for _, labels := range rows {
		for label := range labels {
			if columns.IndexByName[label] == nil && columns.ExcludeByName[label] == nil {
				t.Errorf("%s has a column %s", q.where, label)
				return
			}
		}
	}
}

func checkJobs(t *testing.T, q query, rows []map[string]string) {
	t.Helper()
	seen := make(map[string]bool)
	for _, labels := range rows {
		job := labels["target"] + " " + labels["job_id"]
		if seen[job] {
			t.Errorf("%s shows %s twice", q.where, job)
		}
		seen[job] = true
	}
}

// oneRowAJob tells the tables of the fleet that are lists of jobs.
func oneRowAJob(q query) bool {
	return q.board.UID == "asyncjob-fleet" && q.panel.Type == "table" && q.panel.Title != "Failed parts"
}

func waitForPair(t *testing.T, prometheus string) {
	t.Helper()
	exportertest.Eventually(t, "Prometheus scrapes both exporters", func() error {
		if len(answer(t, prometheus, "count(asyncjob_exporter_build_info) == 2 and on () asyncjob:verdict")) == 0 {
			return errors.New("it does not know of two, or its rules have found nothing yet")
		}
		return nil
	})
}

func variablesOf(t *testing.T) []query {
	t.Helper()
	var all []query
	for _, b := range boards(t) {
		all = append(all, variableQueries(t, b)...)
	}
	return all
}

// answer is the labels of what Prometheus answers, which must not be an error.
func answer(t *testing.T, prometheus, expr string) []map[string]string {
	t.Helper()
	return answered(t, expr, get(t, prometheus+"/api/v1/query?"+url.Values{"query": {expr}}.Encode()))
}

// answered is the labels in an answer of Prometheus.
func answered(t *testing.T, expr, text string) []map[string]string {
	t.Helper()
	var said struct {
		Data struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	var labels []map[string]string
	for _, series := range said.Data.Result {
		labels = append(labels, series.Metric)
	}
	return labels
}

// startPrometheus runs one that scrapes exporters every second, with the rules.
func startPrometheus(t *testing.T, exporters ...string) string {
	t.Helper()
	path := testprogram.Asked(t, "ASYNCJOB_PROMETHEUS")
	directory := t.TempDir()
	config := filepath.Join(directory, "prometheus.yml")
	var addresses []string
	for _, exporter := range exporters {
		addresses = append(addresses, fmt.Sprintf("%q", strings.TrimPrefix(exporter, "http://")))
	}
	text := fmt.Sprintf(`
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
  - job_name: asyncjob
    static_configs: [{targets: [%s]}]
`, impatientRules(t), strings.Join(addresses, ", "))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	address := start(t, path, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(directory, "data"), "--web.listen-address=127.0.0.1:0")
	waitUntilReady(t, address)
	return address
}

// waitUntilReady waits until Prometheus answers queries: it listens before it does.
func waitUntilReady(t *testing.T, prometheus string) {
	t.Helper()
	exportertest.Eventually(t, "Prometheus is ready", func() error {
		response, err := http.Get(prometheus + "/-/ready")
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	})
}

// startExporterOfALostJob runs an exporter of one job that its upstream stops
// telling about after a few reads, of a pipeline with steps, of a job file that is
// not there and of a target that is down: the demo has none of these.
func startExporterOfALostJob(t *testing.T) string {
	t.Helper()
	const goodReads = 61 // one a second: Prometheus looks back in steps of a minute
	var reads atomic.Int32
	upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		if reads.Add(1) > goodReads {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"state": "RUNNING", "progress": 10}`)
	})
	pipeline := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"status": "busy", "branch": "main", "steps": [
			{"name": "build", "stage": "build", "status": "ok", "percent": 100},
			{"name": "unit tests", "stage": "test", "status": "broken", "percent": 40},
			{"name": "publish", "stage": "deploy", "status": "busy", "percent": 5}
		]}`)
	})
	running := exportertest.Start(t, exportertest.Options{Config: fmt.Sprintf(`
systems:
  pipeline:
    id: '[0-9]+'
    status: {path: '/pipelines/{id}'}
    fields: {state: .status, info: {branch: .branch}}
    states: {running: [busy], succeeded: [ok], failed: [broken]}
    parts: {items: .steps, name: .name, kind: .stage, state: .status, progress: {percent: .percent}}
targets:
  - name: pipelines
    system: pipeline
    url: %s
    jobs: [{id: 7, name: nightly}]
  - name: lost
    system: sample_exchange
    url: %s
    jobs: [{id: 1}]
    job_files: [missing.yml]
  - name: down
    system: sample_exchange
    url: http://127.0.0.1:1
    jobs: [{id: 1}]
`, pipeline.URL, upstream.URL)})
	return running.URL
}
