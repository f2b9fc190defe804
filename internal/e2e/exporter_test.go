package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// exporter is a running asyncjob_exporter.
type exporter struct {
	*exportertest.Process
	t *testing.T
	// address is where it listens, such as 127.0.0.1:40123.
	address string
	// config is its configuration file. Its directory is the test's own.
	config string
}

// startExporter runs the program with a configuration and more flags until the
// test ends.
func startExporter(t *testing.T, configuration string, flags ...string) *exporter {
	t.Helper()
	return startExporterIn(t, t.TempDir(), configuration, flags...)
}

// startExporterIn is startExporter for a configuration that names files beside it.
func startExporterIn(t *testing.T, directory, configuration string, flags ...string) *exporter {
	t.Helper()
	e := &exporter{t: t, config: filepath.Join(directory, "asyncjob.yml")}
	replaceFile(t, e.config, configuration)
	arguments := append([]string{"--config.file=" + e.config, "--web.listen-address=127.0.0.1:0"}, flags...)
	e.Process = exportertest.StartProcess(t, program, arguments...)
	e.address = e.Listening()
	return e
}

func (e *exporter) url(path string) string { return "http://" + e.address + path }

// metrics reads /metrics, which has to be well-formed whatever the upstreams do.
func (e *exporter) metrics() *exportertest.Exposition {
	e.t.Helper()
	return e.exposition("/metrics")
}

// probe reads /probe with a query.
func (e *exporter) probe(query string) *exportertest.Exposition {
	e.t.Helper()
	return e.exposition("/probe?" + query)
}

func (e *exporter) exposition(path string) *exportertest.Exposition {
	e.t.Helper()
	status, text := get(e.t, e.url(path))
	if status != http.StatusOK {
		e.t.Errorf("GET %s: %d %s", path, status, text)
		text = ""
	}
	parsed, err := exportertest.Parse(text)
	if err != nil {
		e.t.Errorf("GET %s: %v", path, err)
	}
	return parsed
}

// reload asks for a reload of the configuration that is written before.
func (e *exporter) reload(configuration string) (status int, text string) {
	e.t.Helper()
	replaceFile(e.t, e.config, configuration)
	return send(e.t, http.MethodPost, e.url("/-/reload"))
}

// replaceFile writes a file in one step, as whoever hands over a file should.
func replaceFile(t *testing.T, path, text string) {
	t.Helper()
	beside := filepath.Join(filepath.Dir(path), ".new-"+filepath.Base(path))
	if err := os.WriteFile(beside, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, path); err != nil {
		t.Fatal(err)
	}
}
