package config

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// jobFolder is a directory of job files and their reader.
type jobFolder struct {
	t         *testing.T
	directory string
	files     *JobSources
}

// newJobFolder reads the globs, which are relative to a new directory.
func newJobFolder(t *testing.T, globs ...string) *jobFolder {
	t.Helper()
	folder := &jobFolder{t: t, directory: t.TempDir()}
	target := &Target{Name: "a", System: "sample_exchange", Jobs: []Job{{ID: "1", Kind: "sample"}}}
	for _, glob := range globs {
		target.JobFiles = append(target.JobFiles, filepath.Join(folder.directory, glob))
	}
	folder.files = sourcesOf(target)
	return folder
}

// sourcesOf are the sources of a target of a configuration of its own.
func sourcesOf(target *Target) *JobSources {
	config := &Config{rules: testRules(), labels: newLabelNames()}
	return config.JobSources(target, slog.New(slog.DiscardHandler))
}

// read looks at the files once.
func (f *jobFolder) read() *JobList {
	f.t.Helper()
	f.files.lookUntil(f.t.Context())
	return f.files.Latest()
}

func (f *jobFolder) path(name string) string { return filepath.Join(f.directory, name) }

func (f *jobFolder) write(name, text string) {
	f.t.Helper()
	write(f.t, f.path(name), text)
}

// age makes a file old enough for its modification time to be trusted.
func (f *jobFolder) age(name string) {
	f.t.Helper()
	hourAgo := time.Now().Add(-time.Hour)
	if err := os.Chtimes(f.path(name), hourAgo, hourAgo); err != nil {
		f.t.Fatal(err)
	}
}

// expect reads the files and compares the ids, and the errors by file name: ""
// is a valid file, else a part of the message.
func (f *jobFolder) expect(ids string, problems map[string]string) {
	f.t.Helper()
	list := f.read()
	var got []string
	for _, job := range list.Files {
		got = append(got, job.ID)
	}
	if strings.Join(got, " ") != ids {
		f.t.Errorf("jobs %q, want %q", strings.Join(got, " "), ids)
	}
	seen := map[string]string{}
	for _, status := range list.Statuses {
		name, err := filepath.Rel(f.directory, status.Path)
		if err != nil {
			f.t.Fatal(err)
		}
		want := problems[name]
		seen[name] = want
		switch {
		case status.Err == nil && want != "":
			f.t.Errorf("%s is valid, want %q", name, want)
		case status.Err != nil && (want == "" || !strings.Contains(status.Err.Error(), want)):
			f.t.Errorf("%s: %v, want %q", name, status.Err, want)
		}
	}
	if !reflect.DeepEqual(seen, problems) && len(seen)+len(problems) > 0 {
		f.t.Errorf("statuses of %v, want of %v", seen, problems)
	}
}

// run keeps the sources up to date until the test ends.
func (f *jobFolder) run() {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	var group sync.WaitGroup
	group.Go(func() { f.files.Run(ctx) })
	f.t.Cleanup(func() {
		cancel()
		group.Wait()
	})
}
