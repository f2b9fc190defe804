package packaging

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

func TestEveryExampleInYAMLParses(t *testing.T) {
	parsed := 0
	err := filepath.WalkDir(filepath.Join(root, "examples"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if extension := filepath.Ext(path); extension != ".yml" && extension != ".yaml" {
			return nil
		}
		file, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if len(documents[any](t, file)) == 0 {
			t.Errorf("%s is empty", file)
		}
		parsed++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if parsed == 0 {
		t.Error("no example was found")
	}
}

func TestTheExamplesConfigurationIsUnderstood(t *testing.T) {
	said := run(t, exporter, "--config.check", "--config.file=examples/asyncjob.yml")
	for _, system := range []string{"sample_exchange", "vsphere", "oracle_marketplace", "oracle_content"} {
		if !strings.Contains(said, system) {
			t.Errorf("the example has no target of %s:\n%s", system, said)
		}
	}
}

func TestEverySecretOfTheExamplesIsFake(t *testing.T) {
	secrets, err := os.ReadDir(filepath.Join(root, "examples/secrets"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if got := read(t, "examples/secrets/"+secret.Name()); got != "fake-replace-me\n" {
			t.Errorf("%s holds %q", secret.Name(), got)
		}
	}
}

func TestPrometheusUnderstandsEverySetUp(t *testing.T) {
	promtool := testprogram.Asked(t, "ASYNCJOB_PROMTOOL")
	for _, file := range setUps(t) {
		run(t, promtool, "check", "config", file)
	}
}

func TestAlertmanagerUnderstandsItsExample(t *testing.T) {
	run(t, testprogram.Asked(t, "ASYNCJOB_AMTOOL"), "check-config", "examples/alertmanager.yml")
}

// setUps are the Prometheus configurations among the examples.
func setUps(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "examples/prometheus/*.yml"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no set-up was found: %v", err)
	}
	files := []string{"examples/prometheus.yml"}
	for _, path := range found {
		files = append(files, "examples/prometheus/"+filepath.Base(path))
	}
	return files
}
