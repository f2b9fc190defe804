package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// inAPod is where a pod's own token is.
const inAPod = "/var/run/secrets/kubernetes.io/serviceaccount/"

// TestTheReadmesExamplesAreValid loads each example of README.md, with the files
// that it names beside it.
func TestTheReadmesExamplesAreValid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "asyncjob.yml")
	exampleFiles(t, filepath.Dir(path))
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 8 {
		t.Fatalf("only %d examples", len(blocks))
	}
	for _, block := range blocks {
		example := strings.ReplaceAll(block[1], inAPod, "secrets/")
		if strings.HasPrefix(example, "- id") { // a job file
			example = "targets:\n- name: a\n  system: vsphere\n  url: https://a\n  basic_auth: {username: me, password: x}\n  jobs:\n  " + strings.ReplaceAll(example, "\n", "\n  ")
		}
		if _, err := config.Parse([]byte(example), path, systems.Rules()); err != nil {
			t.Errorf("%v\n%s", err, block[1])
		}
	}
}

// exampleFiles makes the files that the examples name.
func exampleFiles(t *testing.T, directory string) {
	t.Helper()
	certificate, err := os.ReadFile("testdata/good/secrets/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"secrets", "systems"} {
		if err := os.Mkdir(filepath.Join(directory, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{
		"samples.password": "x", "samples.token": "x", "vcenter.password": "x", "marketplace.secret": "x", "content.secret": "x",
		"token": "x", "ca.crt": string(certificate),
	} {
		if err := os.WriteFile(filepath.Join(directory, "secrets", name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
