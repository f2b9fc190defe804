package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestGlobsDoNotGoIntoHiddenDirectories(t *testing.T) {
	folder := newJobFolder(t, "*/*.yml", ".config/*.yml")
	folder.write("..2026_11_26/a.yml", "[{id: 5, name: old}]")
	folder.write(".~tmp~/a.yml", "[{id: 6}]")
	folder.write("team/a.yml", "[{id: 5, name: new}]")
	folder.write("team/.b.yml", "[{id: 7}]")
	folder.write(".config/c.yml", "[{id: 8}]")
	folder.expect("8 5", map[string]string{"team/a.yml": "", ".config/c.yml": ""})
}

func TestAGlobWhoseDirectoryIsMissingIsInvalid(t *testing.T) {
	folder := newJobFolder(t, "jbos/*.yml", "jobs/*.yml")
	folder.write("jobs/a.yml", "[{id: 5}]")
	folder.expect("5", map[string]string{"jobs/a.yml": "", "jbos/*.yml": "there is no directory " + folder.path("jbos")})
	folder.write("jbos/b.yml", "[{id: 6}]")
	folder.expect("6 5", map[string]string{"jobs/a.yml": "", "jbos/b.yml": ""})
}

func TestAGlobThatMatchesNothingIsLoggedOnceAndNoFault(t *testing.T) {
	log := &syncBuffer{}
	folder := newJobFolder(t, "*.yml")
	folder.files.logger = textLogger(log)
	folder.expect("", nil)
	folder.expect("", nil)
	if got := log.count("No job file matches"); got != 1 {
		t.Errorf("%d lines, want 1", got)
	}
	folder.write("a.yml", "[{id: 5}]")
	folder.expect("5", map[string]string{"a.yml": ""})
	if err := os.Remove(folder.path("a.yml")); err != nil {
		t.Fatal(err)
	}
	folder.expect("", nil)
	if got := log.count("No job file matches"); got != 2 {
		t.Errorf("%d lines after it matched nothing again, want 2", got)
	}
}

func TestAFileNameThatIsNotUTF8IsShownCleaned(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("pr\xfcfung\n.yml", "[{id: 5}]")
	folder.write("zwei\xfc.yml", "[{id: 6, colour: red}]")
	list := folder.read()
	if len(list.Files) != 1 || list.Files[0].ID != "5" {
		t.Errorf("jobs %v", list.Files)
	}
	for _, status := range list.Statuses {
		shown := status.Path + errorText(status.Err)
		if !utf8.ValidString(shown) || strings.Contains(status.Path, "\n") || !strings.Contains(status.Path, "�") {
			t.Errorf("status %q, %v", status.Path, status.Err)
		}
	}
}

// A file system that does not answer holds up neither those who want the list nor
// the end of the program.
func TestAHangingReadHoldsUpNobody(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "[{id: 5}]")
	folder.expect("5", map[string]string{"a.yml": ""})
	release := make(chan struct{})
	defer close(release)
	folder.files.lookAtFiles = func(reading func(string)) bool {
		reading(folder.path("a.yml"))
		<-release
		return false
	}
	folder.run()
	started := time.Now()
	for range 20 {
		folder.files.Look(t.Context(), 20*time.Millisecond)
		if jobs := folder.files.Latest().Files; len(jobs) != 1 {
			t.Fatalf("%d jobs, want the last list", len(jobs))
		}
	}
	if took := time.Since(started); took > time.Second {
		t.Errorf("20 looks took %s: only those may wait that do not know yet that it hangs", took)
	}
	folder.files.hangsAt(new(folder.path("a.yml")))
	list := folder.files.Latest()
	if len(list.Files) != 1 || !strings.Contains(errorText(list.Statuses[0].Err), "does not answer") {
		t.Errorf("list %+v, want the last good one and the file shown as invalid", list)
	}
}

func TestAListMayHoldSoMuchAndNoMore(t *testing.T) {
	jobs := func(number int) string {
		var text strings.Builder
		for id := range number {
			fmt.Fprintf(&text, "- id: %d\n", id+10)
		}
		return text.String()
	}
	labels := func(number int) string {
		var text strings.Builder
		for i := range number {
			fmt.Fprintf(&text, "l%d: v, ", i)
		}
		return "[{id: 7, labels: {" + text.String() + "}}]"
	}
	for name, test := range map[string]struct{ good, bad, problem string }{
		"jobs":   {jobs(maxListedJobs), jobs(maxListedJobs + 1), "holds 10001 jobs: a list may hold at most 10000"},
		"labels": {labels(maxJobLabels), labels(maxJobLabels + 1), `job "7": labels: holds 17 labels: at most 16`},
		"values": {"- id: 7\n  name: \"" + strings.Repeat("- ", 60) + "\"\n", "- id: 7\n  odd: [" + strings.Repeat("1,", maxJobValues) + "]", "holds about 250"},
		"bytes":  {"[]" + strings.Repeat(" ", maxJobListBytes-2), "[]" + strings.Repeat(" ", maxJobListBytes-1), "is larger than 4MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := newJobFolder(t, "a.yml")
			folder.write("a.yml", test.good)
			if status := folder.read().Statuses[0]; status.Err != nil {
				t.Errorf("refused: %v", status.Err)
			}
			folder.write("a.yml", test.bad)
			if status := folder.read().Statuses[0]; !strings.Contains(errorText(status.Err), test.problem) {
				t.Errorf("%v, want %q", status.Err, test.problem)
			}
		})
	}
}

func TestAllTargetsTogetherMayHaveSoManyLabelNames(t *testing.T) {
	config := &Config{rules: testRules(), labels: newLabelNames()}
	var folders [2]*jobFolder
	for i := range folders {
		folders[i] = newJobFolder(t, "*.yml")
		target := &Target{Name: fmt.Sprint(i), System: "sample_exchange", JobFiles: []string{folders[i].path("*.yml")}}
		folders[i].files = config.JobSources(target, textLogger(&syncBuffer{}))
	}
	list := func(first, number int) string {
		var text strings.Builder
		for i := range number {
			fmt.Fprintf(&text, "- {id: %d, labels: {l%d: v}}\n", 100+i, first+i)
		}
		return text.String()
	}
	folders[0].write("a.yml", list(0, 40))
	folders[1].write("b.yml", "[{id: 7}]")
	if status := folders[0].read().Statuses[0]; status.Err != nil {
		t.Fatal(status.Err)
	}
	folders[1].expect("7", map[string]string{"b.yml": ""})
	folders[1].write("b.yml", list(30, 40))
	folders[1].expect("7", map[string]string{"b.yml": "all targets together may have 64 names of labels"})
	folders[0].write("a.yml", list(0, 24))
	folders[0].read()
	if list := folders[1].read(); len(list.Files) != 40 || list.Statuses[0].Err != nil {
		t.Errorf("%d jobs, %v: want the list to count once there is room", len(list.Files), list.Statuses[0].Err)
	}
}

func TestTooManyConfiguredLabelNamesAreRefused(t *testing.T) {
	var text strings.Builder
	text.WriteString("targets:\n  - name: a\n    system: sample_exchange\n    jobs:\n")
	for i := range maxLabelNames + 1 {
		fmt.Fprintf(&text, "      - {id: %d, labels: {l%d: v}}\n", i, i)
	}
	_, err := Parse([]byte(text.String()), "a.yml", testRules())
	if err == nil || !strings.Contains(err.Error(), "have 65 names: all together may have at most 64") {
		t.Errorf("error %v", err)
	}
}

func TestJobFilesOfAConfigurationBesideOddNames(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "*[x]?\\")
	write(t, filepath.Join(directory, "jobs", "a.yml"), "[{id: 1}]")
	paths, err := filesOfGlob(filepath.Join(literally(directory), "j*", "?.yml"))
	if err != nil || len(paths) != 1 || paths[0] != filepath.Join(directory, "jobs", "a.yml") {
		t.Errorf("paths %q, %v", paths, err)
	}
}
