package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestJobFilesAreListsOfJobsInYAMLAndJSON(t *testing.T) {
	folder := newJobFolder(t, "*.yml", "*.json")
	folder.write("a.yml", "- id: 12\n  name: nightly\n  kind: contribution\n  labels: {team: images}\n- {id: 0013}\n")
	folder.write("b.json", `[{"id": 14, "name": "from JSON", "labels": {"team": "x"}}, {"id": "15"}]`)
	folder.write("c.yml", "")
	folder.write("d.yml", "# nobody yet\n")
	folder.write("e.json", " \n")
	folder.write("f.json", "[]")
	folder.write("g.json", "\uFEFF[{\"id\": 16}]\r\n")
	folder.write("h.yml", "\uFEFF- id: 17\r\n")
	list := folder.read()
	by := func(name string) string { return filepath.Join(folder.directory, name) }
	want := []Job{
		{ID: "12", Name: "nightly", Kind: "contribution", Labels: map[string]string{"team": "images"}, NamedBy: by("a.yml")},
		{ID: "0013", Kind: "sample", KindAssumed: true, NamedBy: by("a.yml")},
		{ID: "14", Name: "from JSON", Kind: "sample", KindAssumed: true, Labels: map[string]string{"team": "x"}, NamedBy: by("b.json")},
		{ID: "15", Kind: "sample", KindAssumed: true, NamedBy: by("b.json")},
		{ID: "16", Kind: "sample", KindAssumed: true, NamedBy: by("g.json")},
		{ID: "17", Kind: "sample", KindAssumed: true, NamedBy: by("h.yml")},
	}
	if !reflect.DeepEqual(list.Files, want) {
		t.Errorf("jobs %+v, want %+v", list.Files, want)
	}
	if len(list.Statuses) != 8 {
		t.Errorf("%d statuses, want one for each file", len(list.Statuses))
	}
	for _, status := range list.Statuses {
		if status.Err != nil {
			t.Errorf("%s: %v", status.Path, status.Err)
		}
	}
}

func TestABrokenJobFileKeepsItsLastGoodListUntilItIsMended(t *testing.T) {
	broken := map[string]struct{ text, problem string }{
		"cut off":              {"[{id: 5}, {id: ", "a.yml:1: is no valid YAML"},
		"no list":              {"id: 5", "a.yml:1: must be a list"},
		"an id twice":          {"- id: 5\n- id: '5'", `a.yml:2: job "5": id: stands twice, first on line 1`},
		"an unknown key":       {"- id: 5\n  colour: red", `a.yml:2: job "5": unknown key "colour"`},
		"no id":                {"- name: x", "a.yml:1: jobs[0].id: is missing"},
		"a bad job":            {"- id: five", `a.yml:1: job "five": id: must be a whole number`},
		"a bad label":          {"- id: 5\n  labels: {job: x}", `a.yml:2: job "5": labels: "job" is taken`},
		"a second document":    {"- id: 5\n---\n- id: 6", "a second YAML document"},
		"text":                 {"5", `a.yml:1: "5": must be a list`},
		"a job that is no job": {"- 5", `a.yml:1: jobs[0]: "5": must be a mapping`},
	}
	for name, broken := range broken {
		t.Run(name, func(t *testing.T) {
			folder := newJobFolder(t, "*.yml")
			folder.write("a.yml", "[{id: 3}, {id: 4}]")
			folder.expect("3 4", map[string]string{"a.yml": ""})
			folder.write("a.yml", broken.text)
			folder.expect("3 4", map[string]string{"a.yml": broken.problem})
			folder.age("a.yml")
			folder.expect("3 4", map[string]string{"a.yml": broken.problem})
			folder.write("a.yml", "[{id: 4}]")
			folder.expect("4", map[string]string{"a.yml": ""})
		})
	}
}

func TestABrokenJSONFileSaysWhere(t *testing.T) {
	for text, problem := range map[string]string{
		"[\n{\"id\": 1},\n]":                    "a.json:3: is no valid JSON: invalid character ']'",
		"[{\"id\": 1}":                          "a.json:1: is no valid JSON: unexpected end",
		"[{\"id\": 1}] []":                      "a.json:1: is no valid JSON: invalid character '['",
		"[\n{\"id\": 2,\n\"colour\": \"red\"}]": `a.json:3: job "2": unknown key "colour"`,
		"[{\"id\": 2},\n{\"id\": \"2\"}]":       `a.json:2: job "2": id: stands twice, first on line 1`,
		"[{\"id\": 2, \"id\": 3}]":              `key "id" stands twice`,
		"[{\"ID\": 2}]":                         `unknown key "ID", did you mean "id"?`,
		"[{\"id\": true}]":                      `id: "true": must be text or a number`,
		"[{\"id\": null}]":                      "id: is missing",
		"[{\"id\": [2]}]":                       "jobs[0].id: must be text or a number",
		"{\"jobs\": []}":                        "a.json:1: must be a list",
		"\"\xff\"":                              "is not UTF-8",
		strings.Repeat("[", 30) + strings.Repeat("]", 30): "nested too deep",
	} {
		folder := newJobFolder(t, "a.json")
		folder.write("a.json", text)
		folder.expect("", map[string]string{"a.json": problem})
	}
}

func TestARemovedFileDropsItsJobsWhereAGlobFoundIt(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "[{id: 3}]")
	folder.write("b.yml", "[{id: 4}]")
	folder.expect("3 4", map[string]string{"a.yml": "", "b.yml": ""})
	if err := os.Remove(folder.path("a.yml")); err != nil {
		t.Fatal(err)
	}
	folder.expect("4", map[string]string{"b.yml": ""})
}

func TestADirectoryThatCannotBeReadJustNowKeepsItsJobs(t *testing.T) {
	folder := newJobFolder(t, "mount/*.yml")
	folder.write("mount/a.yml", "[{id: 3}]")
	folder.expect("3", map[string]string{"mount/a.yml": ""})
	if err := os.Rename(folder.path("mount"), folder.path("away")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("mount", folder.path("mount")); err != nil { // a link to itself
		t.Fatal(err)
	}
	folder.expect("3", map[string]string{"mount/a.yml": "too many levels", "mount/*.yml": "cannot be read: too many levels"})
	if err := os.Remove(folder.path("mount")); err != nil {
		t.Fatal(err)
	}
	folder.expect("", map[string]string{"mount/*.yml": "there is no directory"})
}

func TestARemovedFileKeepsItsJobsWhereItIsNamed(t *testing.T) {
	folder := newJobFolder(t, "a.yml")
	folder.expect("", map[string]string{"a.yml": "no such file"})
	folder.write("a.yml", "[{id: 3}]")
	folder.expect("3", map[string]string{"a.yml": ""})
	if err := os.Remove(folder.path("a.yml")); err != nil {
		t.Fatal(err)
	}
	folder.expect("3", map[string]string{"a.yml": "no such file"})
	folder.write("a.yml", "[{id: 3}]")
	folder.expect("3", map[string]string{"a.yml": ""})
}

func TestTheFirstOfTwoFilesHasAJobThatBothName(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("b.yml", "[{id: 3, name: b}, {id: 4}]")
	folder.write("a.yml", "[{id: 3, name: a}]")
	folder.expect("3 4", map[string]string{"a.yml": "", "b.yml": `job "3": is in ` + folder.path("a.yml")})
	if jobs := folder.read().Files; jobs[0].Name != "a" {
		t.Errorf("job 3 is that of file %s", jobs[0].Name)
	}
	folder.write("a.yml", "[]")
	folder.expect("3 4", map[string]string{"a.yml": "", "b.yml": ""})
}

func TestAJobOfTheConfigurationIsLeftOut(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "[{id: 1, kind: contribution}, {id: 2}]")
	folder.expect("2", map[string]string{"a.yml": ""})
}

func TestGlobsSkipHiddenFilesAndDirectories(t *testing.T) {
	folder := newJobFolder(t, "*")
	folder.write(".tmp.yml", "broken: [")
	folder.write("directory/a.yml", "broken: [")
	folder.write("a.yml", "[{id: 3}]")
	folder.expect("3", map[string]string{"a.yml": ""})
}

func TestADirectoryOrPipeIsNoJobFile(t *testing.T) {
	folder := newJobFolder(t, "jobs")
	folder.write("jobs/a.yml", "[{id: 3}]")
	folder.expect("", map[string]string{"jobs": "is no regular file"})
}

func TestAnAtomicRenameIsNoticed(t *testing.T) {
	folder := newJobFolder(t, "a.yml")
	folder.write("a.yml", "[{id: 3}]")
	folder.age("a.yml")
	folder.expect("3", map[string]string{"a.yml": ""})
	before, err := os.Stat(folder.path("a.yml"))
	if err != nil {
		t.Fatal(err)
	}
	folder.write("new", "[{id: 4}]") // same size
	if err := os.Chtimes(folder.path("new"), before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(folder.path("new"), folder.path("a.yml")); err != nil {
		t.Fatal(err)
	}
	folder.expect("4", map[string]string{"a.yml": ""})
}

// TestASwappedMountIsNoticed does what a kubelet does with a ConfigMap: the files
// are links through ..data, which is replaced by a link to another directory.
func TestASwappedMountIsNoticed(t *testing.T) {
	folder := newJobFolder(t, "*")
	link := func(to, name string) {
		t.Helper()
		if err := os.Symlink(to, folder.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	folder.write("..2026_01/a.yml", "[{id: 3}]")
	folder.write("..2026_02/a.yml", "[{id: 4}]")
	folder.age("..2026_01/a.yml")
	folder.age("..2026_02/a.yml")
	link("..2026_01", "..data")
	link("..data/a.yml", "a.yml")
	folder.expect("3", map[string]string{"a.yml": ""})
	link("..2026_02", "..data_tmp")
	if err := os.Rename(folder.path("..data_tmp"), folder.path("..data")); err != nil {
		t.Fatal(err)
	}
	folder.expect("4", map[string]string{"a.yml": ""})
}

func TestAnEditOfTheSameSizeInTheSameInstantIsNoticed(t *testing.T) {
	folder := newJobFolder(t, "a.yml")
	instant := time.Now()
	for id := 2; id <= 9; id++ {
		folder.write("a.yml", fmt.Sprintf("[{id: %d}]", id))
		if err := os.Chtimes(folder.path("a.yml"), instant, instant); err != nil {
			t.Fatal(err)
		}
		folder.expect(fmt.Sprint(id), map[string]string{"a.yml": ""})
	}
}

// TestAnUnchangedFileIsNotReadAgain changes a file behind the reader's back, so
// that only reading it would show.
func TestAnUnchangedFileIsNotReadAgain(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "[{id: 3}]")
	folder.age("a.yml")
	folder.expect("3", map[string]string{"a.yml": ""})
	before, err := os.Stat(folder.path("a.yml"))
	if err != nil {
		t.Fatal(err)
	}
	folder.write("a.yml", "[{id: 4}]")
	if err := os.Chtimes(folder.path("a.yml"), before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	folder.expect("3", map[string]string{"a.yml": ""})
}

func TestJobFilesAreReadWhileTheyAreAskedFor(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "[{id: 3}]")
	folder.run()
	folder.files.Look(t.Context(), time.Minute)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				folder.files.Look(t.Context(), time.Minute)
				if jobs := folder.files.Latest().Files; len(jobs) != 1 {
					t.Errorf("%d jobs, want 1 at any time", len(jobs))
					return
				}
			}
		})
	}
	for id := range 50 {
		folder.write("next", fmt.Sprintf("[{id: %d}]", id+2))
		if err := os.Rename(folder.path("next"), folder.path("a.yml")); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()
}

func BenchmarkReadOfUnchangedJobFiles(b *testing.B) {
	directory := b.TempDir()
	for i := range 100 {
		path := filepath.Join(directory, fmt.Sprintf("%03d.yml", i))
		if err := os.WriteFile(path, fmt.Appendf(nil, "[{id: %d}]", i), 0o600); err != nil {
			b.Fatal(err)
		}
		hourAgo := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, hourAgo, hourAgo); err != nil {
			b.Fatal(err)
		}
	}
	files := sourcesOf(&Target{System: "sample_exchange", JobFiles: []string{filepath.Join(directory, "*.yml")}})
	for b.Loop() {
		files.lookUntil(b.Context())
		if jobs := files.Latest().Files; len(jobs) != 100 {
			b.Fatal("not all jobs were read")
		}
	}
}

func TestAReloadKeepsTheLastGoodListOfABrokenJobFile(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "- id: 12\n")
	folder.expect("12", map[string]string{"a.yml": ""})
	folder.write("a.yml", "- id: [\n")
	folder.expect("12", map[string]string{"a.yml": "a.yml"})

	before := folder.files
	folder.files = sourcesOf(&Target{Name: "a", System: "sample_exchange", JobFiles: []string{folder.path("*.yml")}})
	folder.files.Follow(before)
	folder.expect("12", map[string]string{"a.yml": "a.yml"})
	folder.write("a.yml", "- id: 13\n")
	folder.expect("13", map[string]string{"a.yml": ""})
}

func TestAReloadDoesNotFollowFilesThatNoGlobNamesAnyMore(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	folder.write("a.yml", "- id: 12\n")
	folder.write("b.yml", "- id: 13\n")
	folder.expect("12 13", map[string]string{"a.yml": "", "b.yml": ""})

	before := folder.files
	folder.files = sourcesOf(&Target{Name: "a", System: "sample_exchange", JobFiles: []string{folder.path("b.yml")}})
	folder.files.Follow(before)
	folder.expect("13", map[string]string{"b.yml": ""})
}
