package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

const (
	// haste is how much faster than in the rules time passes here: the
	// simulator's clock runs faster by this factor, and the rules' durations are
	// divided by it. Half an hour without a move is nine seconds.
	haste = 200
	// longAgo is when the simulator begins, so that what it says of times has
	// passed on the clock of the exporter too, however long the test runs.
	longAgo = 12 * time.Hour
)

// The jobs of the simulator that the test is about.
const (
	failedJob  = "legacy-perl-toolkit"
	stalledJob = "vrops-dashboard-pack"
	movingJob  = "horizon-image-library"
	expiredJob = "debian-13"
)

// A failed, a stalled and an expired job each reach the one whom Alertmanager
// tells, with the right labels and text, and so does their end.
func TestAlertsArriveAndEnd(t *testing.T) {
	t.Parallel()
	alertmanager := testprogram.Asked(t, "ASYNCJOB_ALERTMANAGER")
	told := receiveAlerts(t)
	world := startHastyWorld(t)
	// The failed job comes last: what Prometheus sends before it has found
	// Alertmanager, it repeats a minute later.
	e := startExporter(t, world.configuration(t, stalledJob, movingJob, expiredJob))
	p := startPrometheus(t, fmt.Sprintf(`
global: {scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}
rule_files: [%q]
alerting: {alertmanagers: [{static_configs: [{targets: ["%s"]}]}]}
scrape_configs:
  - job_name: asyncjob
    static_configs: [{targets: ["%s"]}]
`, scaledRules(t), startAlertmanager(t, alertmanager, told.URL), e.address))
	p.waitForAlertmanager()
	p.waitForState(world.ids[expiredJob], "running")
	world.run(t)
	e.mustReload(world.configuration(t, failedJob, stalledJob, movingJob, expiredJob))

	raised := []notification{
		world.alert("AsyncJobFailed", failedJob, "sample_exchange", "samples-demo", "failed."),
		world.alert("AsyncJobStalled", stalledJob, "sample_exchange", "samples-demo", "is running and does not move, it is stuck at 37%."),
		world.alert("AsyncJobExpired", expiredJob, "vsphere", "vcenter-demo", "expired before it was finished."),
	}
	for _, alert := range raised {
		told.waitFor(alert, "firing")
	}
	world.resume(failedJob, stalledJob)
	e.mustReload(world.configuration(t, failedJob, stalledJob, movingJob))
	for _, alert := range raised {
		told.waitFor(alert, "resolved")
	}
	if found := told.about(world.ids[movingJob]); len(found) > 0 {
		t.Errorf("a job that moves raised %v", found)
	}
	if complaints := p.complaints(); len(complaints) > 0 {
		t.Errorf("Prometheus complains:\n%s", strings.Join(complaints, ""))
	}
}

// hastyWorld is the simulator on a clock that first stands still and then runs
// fast.
type hastyWorld struct {
	simulated *simulator.Simulator
	clock     *exportertest.Clock
	// ids are the jobs' ids by their names.
	ids map[string]string
	// resumed are the ids of jobs that run and move, whatever they did before.
	resumed atomic.Pointer[[]string]
	// reads counts those of the resumed jobs.
	reads atomic.Int64
}

func startHastyWorld(t *testing.T) *hastyWorld {
	t.Helper()
	world := &hastyWorld{clock: exportertest.NewClock(), ids: make(map[string]string)}
	world.clock.Advance(time.Since(world.clock.Now()) - longAgo)
	world.resumed.Store(&[]string{})
	world.simulated = exportertest.Simulate(t, simulator.Options{Clock: world.clock.Now, Intercept: world.answer},
		simulator.SampleExchange(), simulator.VSphere())
	exportertest.EditTargets(t, world.simulated.Config(), func(_ string, target map[string]any) bool {
		for _, job := range jobsOf(target) {
			world.ids[text(job["name"])] = text(job["id"])
		}
		return true
	})
	return world
}

// run lets the clock run until the test ends.
func (w *hastyWorld) run(t *testing.T) {
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	go func() {
		tick := time.NewTicker(exportertest.Glance)
		defer tick.Stop()
		last := time.Now()
		for {
			select {
			case now := <-tick.C:
				w.clock.Advance(now.Sub(last) * haste)
				last = now
			case <-ended:
				return
			}
		}
	}()
}

// resume makes jobs of the Sample Exchange run from now on.
func (w *hastyWorld) resume(names ...string) {
	var ids []string
	for _, name := range names {
		ids = append(ids, w.ids[name])
	}
	w.resumed.Store(&ids)
}

// answer speaks for the resumed jobs, which move with each read. All replies are
// of today's date: how far the upstream's clock is off is looked at once a minute,
// and this one would be hours further by then.
func (w *hastyWorld) answer(_ string, reply http.ResponseWriter, request *http.Request) bool {
	reply.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	id, err := strconv.Atoi(path.Base(request.URL.Path))
	if err != nil || !slices.Contains(*w.resumed.Load(), strconv.Itoa(id)) {
		return false
	}
	reply.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(reply, `{"id": %d, "state": "RUNNING", "progress": %d}`, id, w.reads.Add(1)%100)
	return true
}

// configuration is the simulator's, with these jobs alone, of one team, and each
// read at every scrape.
func (w *hastyWorld) configuration(t *testing.T, names ...string) string {
	t.Helper()
	return exportertest.EditTargets(t, w.simulated.Config(), func(_ string, target map[string]any) bool {
		jobs := []map[string]any{}
		for _, job := range jobsOf(target) {
			if slices.Contains(names, text(job["name"])) {
				jobs = append(jobs, map[string]any{"id": job["id"], "name": job["name"]})
			}
		}
		target["jobs"], target["labels"] = jobs, map[string]string{"team": "images"}
		target["discovery"], target["finished_ttl"] = false, "0s"
		return true
	})
}

// alert is what has to arrive of a warning on a job.
func (w *hastyWorld) alert(name, job, system, target, happened string) notification {
	return notification{
		Labels: map[string]string{
			"alertname": name, "severity": "warning", "system": system, "target": target, "job_id": w.ids[job], "team": "images",
		},
		Annotations: map[string]string{
			"description": fmt.Sprintf("Job %s of target %s (%s) %s", job, target, system, happened),
			"runbook_url": "https://github.com/asyncjob-exporter/asyncjob_exporter/blob/main/alerts/README.md#" + strings.ToLower(name),
		},
	}
}

// scaledRules are the shipped rules, as hasty as the simulator.
func scaledRules(t *testing.T) string {
	t.Helper()
	scale := exec.CommandContext(t.Context(), "go", "run", "./internal/scalerules",
		"--factor="+strconv.FormatFloat(1.0/haste, 'g', -1, 64), "alerts/asyncjob.rules.yml")
	scale.Dir = root
	var complaints strings.Builder
	scale.Stderr = &complaints
	scaled, err := scale.Output()
	if err != nil {
		t.Fatalf("scaling the rules: %v\n%s", err, complaints.String())
	}
	file := filepath.Join(t.TempDir(), "asyncjob.rules.yml")
	if err := os.WriteFile(file, scaled, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func (e *exporter) mustReload(configuration string) {
	e.t.Helper()
	if status, said := e.reload(configuration); status != http.StatusOK {
		e.t.Fatalf("the exporter refuses its configuration: %d %s", status, said)
	}
}

// waitForState waits until Prometheus knows that a job is in a state.
func (p *prometheus) waitForState(id, state string) {
	p.t.Helper()
	exportertest.Eventually(p.t, id+" is "+state, func() error {
		if len(p.vector(fmt.Sprintf("asyncjob_state{state=%q,job_id=%q} == 1", state, id))) == 0 {
			return errors.New("it is not")
		}
		return nil
	})
}
