package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// jobFile is the one that most of these write.
const jobFile = "jobs/one.yml"

// Each of these begins with a moment at which a file changed, and looks at the
// first scrape that began after it: not at one that comes at some time.
func TestAJobFileCountsFromTheNextScrapeOn(t *testing.T) {
	t.Parallel()
	w := watchJobFiles(t)

	t.Run("a file that is written", func(t *testing.T) {
		written := w.write("- {id: 4711, name: import, labels: {release: first}}\n")
		w.wantJobs(t, written, "4711")
		if found := w.prometheus.vector(`asyncjob_info{job_id="4711",job_name="import",release="first"}`); len(found) != 1 {
			t.Errorf("asyncjob_info of the job that was handed over: %v", found)
		}
	})

	t.Run("a file that is replaced by a broken one", func(t *testing.T) {
		broken := w.write("- {id: 4711, name: [oops}\n")
		w.wantJobs(t, broken, "4711")
		w.wantValid(t, broken, 0)
	})

	t.Run("a file that names an id twice", func(t *testing.T) {
		broken := w.write("- {id: 4714}\n- {id: 4714}\n")
		w.wantJobs(t, broken, "4711")
		w.wantValid(t, broken, 0)
	})

	t.Run("a file that is repaired", func(t *testing.T) {
		repaired := w.write("- {id: 4711}\n- {id: 4714}\n")
		w.wantJobs(t, repaired, "4711", "4714")
		w.wantValid(t, repaired, 1)
	})

	t.Run("an entry that is taken out", func(t *testing.T) {
		shorter := w.write("- {id: 4714}\n")
		w.wantJobs(t, shorter, "4714")
		w.wantNoRead(t, "/sampleExchange/v1/samples/async/4711")
	})

	t.Run("a file of the example for pipelines", func(t *testing.T) {
		testprogram.InPath(t, "jq")
		file := filepath.Join(w.directory, "jobs/two.json")
		step := exec.CommandContext(t.Context(), filepath.Join(root, "examples/pipeline/watch-job.sh"), file, "4717", "library", "release=second")
		if said, err := step.CombinedOutput(); err != nil {
			t.Fatalf("the pipeline's step: %v\n%s", err, said)
		}
		w.wantJobs(t, time.Now(), "4714", "4717")
		w.remove("jobs/two.json")
	})

	t.Run("a mounted Kubernetes volume that is updated", func(t *testing.T) {
		first := w.mount("2026_01", "- {id: 4712}\n")
		w.wantJobs(t, first, "4712", "4714")
		second := w.mount("2026_02", "- {id: 4718}\n")
		w.wantJobs(t, second, "4714", "4718")
	})

	t.Run("a file that is removed", func(t *testing.T) {
		w.remove("mounted/jobs.yml")
		removed := w.remove(jobFile)
		w.wantJobs(t, removed)
		if left := w.prometheus.vector("asyncjob_exporter_job_file_valid"); len(left) != 0 {
			t.Errorf("files that are gone are still shown: %v", left)
		}
	})
}

// watched is an exporter whose jobs come from files alone, and a Prometheus that
// scrapes it twice a second.
type watched struct {
	t          *testing.T
	directory  string
	prometheus *prometheus
	simulated  *simulator.Simulator
}

func watchJobFiles(t *testing.T) *watched {
	w := &watched{t: t, directory: t.TempDir()}
	w.simulated = exportertest.Simulate(t, simulator.Options{}, simulator.SampleExchange())
	for _, name := range []string{"jobs", "mounted"} {
		if err := os.Mkdir(filepath.Join(w.directory, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	configuration := exportertest.EditTargets(t, w.simulated.Config(), func(_ string, target map[string]any) bool {
		delete(target, "jobs")
		delete(target, "labels")
		target["job_files"] = []string{"jobs/*.yml", "jobs/*.json", "mounted/*.yml"}
		return true
	})
	e := startExporterIn(t, w.directory, configuration)
	w.prometheus = startPrometheus(t, fmt.Sprintf(`
global: {scrape_interval: 500ms, scrape_timeout: 500ms}
scrape_configs:
  - job_name: asyncjob
    static_configs: [{targets: ["%s"]}]
`, e.address))
	w.prometheus.waitUntilUp("asyncjob", 1)
	return w
}

// write writes the job file in one step and returns when that was done.
func (w *watched) write(text string) time.Time {
	replaceFile(w.t, filepath.Join(w.directory, jobFile), text)
	return time.Now()
}

func (w *watched) remove(name string) time.Time {
	if err := os.Remove(filepath.Join(w.directory, name)); err != nil {
		w.t.Fatal(err)
	}
	return time.Now()
}

// mount does what the kubelet does: the file is a link into the directory that
// the link "..data" names, and that link is swapped.
func (w *watched) mount(version, text string) time.Time {
	volume := filepath.Join(w.directory, "mounted")
	steps := []error{
		os.Mkdir(filepath.Join(volume, ".."+version), 0o700),
		os.WriteFile(filepath.Join(volume, ".."+version, "jobs.yml"), []byte(text), 0o600),
		os.Symlink(".."+version, filepath.Join(volume, "..data_tmp")),
		os.Rename(filepath.Join(volume, "..data_tmp"), filepath.Join(volume, "..data")),
	}
	if _, err := os.Lstat(filepath.Join(volume, "jobs.yml")); os.IsNotExist(err) {
		steps = append(steps, os.Symlink("..data/jobs.yml", filepath.Join(volume, "jobs.yml")))
	}
	for _, err := range steps {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return time.Now()
}

// wantJobs tells whether the first scrape after a moment found exactly these
// jobs. Prometheus shows nothing of a series without a sample in the last
// scrape: it is stale then.
func (w *watched) wantJobs(t *testing.T, after time.Time, want ...string) {
	t.Helper()
	scrape := w.nextScrape(after)
	found := map[string]bool{}
	for _, series := range w.prometheus.vectorAt(`asyncjob_up == 1`, scrape) {
		found[string(series.Metric["job_id"])] = true
	}
	for _, id := range want {
		if !found[id] {
			t.Errorf("job %s is not in the scrape of %s after the change, only %v", id, scrape.Time().Sub(after), found)
		}
	}
	if len(found) != len(want) {
		t.Errorf("the scrape %s after the change has the jobs %v, want %v", scrape.Time().Sub(after), found, want)
	}
}

// wantValid tells what the first scrape after a moment says of the job file.
func (w *watched) wantValid(t *testing.T, after time.Time, want model.SampleValue) {
	t.Helper()
	path := filepath.Join(w.directory, jobFile)
	found := w.prometheus.vectorAt(fmt.Sprintf(`asyncjob_exporter_job_file_valid{path=%q}`, path), w.nextScrape(after))
	if len(found) != 1 || found[0].Value != want {
		t.Errorf("asyncjob_exporter_job_file_valid is %v, want %v", found, want)
	}
}

func (w *watched) nextScrape(after time.Time) model.Time {
	return w.prometheus.scrapeAfter(after, `up{job="asyncjob"}`)
}

// wantNoRead looks on for one more scrape.
func (w *watched) wantNoRead(t *testing.T, path string) {
	t.Helper()
	before := len(w.simulated.Requests())
	w.nextScrape(time.Now())
	for _, request := range w.simulated.Requests()[before:] {
		if request.Path == path {
			t.Errorf("the job that was taken out is still read: %+v", request)
		}
	}
}
