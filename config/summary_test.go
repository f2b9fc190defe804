package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckingJobFiles(t *testing.T) {
	directory := t.TempDir()
	write(t, filepath.Join(directory, "good.yml"), "[{id: 1}]")
	write(t, filepath.Join(directory, "broken.yml"), "[{id: one}]")
	for name, test := range map[string]struct {
		files, warning, problem string
	}{
		"a good file":                  {files: "good.yml"},
		"a broken file is an error":    {files: "broken.yml", problem: `target "a": ` + filepath.Join(directory, "broken.yml") + `:1: job "one": id: must be`},
		"a missing file is a warning":  {files: "later.yml", warning: "later.yml is not there yet"},
		"an idle pattern is a warning": {files: "later-*.yml", warning: "later-*.yml yet"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "targets: [{name: a, system: sample_exchange, job_files: ['" + test.files + "']}]"
			config, err := Parse([]byte(text), filepath.Join(directory, "asyncjob.yml"), testRules())
			if err != nil {
				t.Fatal(err)
			}
			warnings, err := config.CheckJobFiles()
			if got := strings.Join(warnings, "\n"); !strings.Contains(got, test.warning) || (got == "") != (test.warning == "") {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
			if (err != nil) != (test.problem != "") || (err != nil && !strings.Contains(err.Error(), test.problem)) {
				t.Errorf("error %v, want %q", err, test.problem)
			}
		})
	}
}
