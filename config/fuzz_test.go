package config

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse: whatever the text, Parse returns, and what it accepts can be shown
// and loaded again.
func FuzzParse(f *testing.F) {
	for _, glob := range []string{"testdata/good/*.yml", "testdata/bad/*.yml", "testdata/mistakes/*.yml"} {
		paths, err := filepath.Glob(glob)
		if err != nil || len(paths) == 0 {
			f.Fatalf("no seeds %s: %v", glob, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte("systems:\n  upload: &a {kind: x, headers: {A: b}, status: {path: /v1}}\n  other: {<<: *a, labels: [title]}" + aTarget))
	f.Fuzz(func(t *testing.T, text []byte) {
		config, err := Parse(text, "testdata/good/fuzzed.yml", describingRules())
		if err != nil {
			if strings.Contains(err.Error(), "\n\n") || err.Error() == "" {
				t.Errorf("an empty line in %q", err)
			}
			return
		}
		if len(config.Targets) == 0 {
			t.Error("accepted without a target")
		}
		shown, err := config.Redacted()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(shown, "fuzzed.yml", describingRules())
		if err != nil {
			t.Fatalf("%v\n%s", err, shown)
		}
		shownAgain, err := again.Redacted()
		if err != nil || !bytes.Equal(shown, shownAgain) {
			t.Errorf("differs when loaded again, %v:\n%s\n%s", err, shown, shownAgain)
		}
	})
}

// FuzzJobFile: whatever the text, each accepted job has a usable, unique id.
func FuzzJobFile(f *testing.F) {
	for _, seed := range []string{
		"", "[]", "- id: 12\n  name: x\n  kind: contribution\n  labels: {a: b}", "- &a {id: 1}\n- {<<: *a, id: 2}",
		`[{"id": 1, "name": "x"}, {"id": "2", "labels": {"a": "b"}}]`, "[{id: 1}, {id: 1}]", "- id: [", "{}", "- *a",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, isJSON bool) {
		path := "jobs.yml"
		if isJSON {
			path = "jobs.json"
		}
		rules := testRules()
		jobs, err := parseJobs(text, path, isJSON, jobReader{rules: rules, systems: rules.Systems, system: rules.Systems.Find("sample_exchange")})
		if err != nil && len(jobs) > 0 {
			t.Error("jobs and an error")
		}
		var ids []string
		for _, job := range jobs {
			if job.ID == "" || len(job.ID) > 4*maxTextLength || !utf8.ValidString(job.ID) || slices.Contains(ids, job.ID) {
				t.Errorf("accepted the id %q after %q", job.ID, ids)
			}
			ids = append(ids, job.ID)
		}
	})
}
