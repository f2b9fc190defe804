package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheSourceIsTheCommit(t *testing.T) {
	clone := newClone(t)
	src, err := readSource(t.Context(), clone)
	if err != nil {
		t.Fatal(err)
	}
	if src.version != "1.2.3" {
		t.Errorf("version %q, want that of the file VERSION", src.version)
	}
	if len(src.revision) != 40 {
		t.Errorf("revision %q is not a full hash", src.revision)
	}
	if want := time.Unix(1700000000, 0).UTC(); src.time != want {
		t.Errorf("time %s, want the commit's, %s", src.time, want)
	}
	if want := []string{"LICENSE", "examples/a.yml"}; !slices.Equal(src.documents, want) {
		t.Errorf("documents %q, want %q", src.documents, want)
	}
}

func TestSourceDateEpochWinsOverTheCommit(t *testing.T) {
	clone := newClone(t)
	t.Setenv("SOURCE_DATE_EPOCH", "1800000000")
	src, err := readSource(t.Context(), clone)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Unix(1800000000, 0).UTC(); src.time != want {
		t.Errorf("time %s, want %s", src.time, want)
	}
}

func TestASourceThatNobodyCouldBuildAgainIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(t *testing.T, clone string)
		want  string
	}{
		"a changed file": {
			func(t *testing.T, clone string) { write(t, clone, "LICENSE", "changed") },
			"LICENSE",
		},
		"a file that git does not know": {
			func(t *testing.T, clone string) { write(t, clone, "examples/new.yml", "") },
			"examples/new.yml",
		},
		"a time that is none": {
			func(t *testing.T, _ string) { t.Setenv("SOURCE_DATE_EPOCH", "today") },
			`"today" is not a number of seconds`,
		},
		"a version that is none": {
			func(t *testing.T, clone string) {
				write(t, clone, "VERSION", "1.2.3 -X main.evil=1\n")
				runGit(t, clone, "commit", "--all", "--quiet", "--message=version")
			},
			"the file VERSION holds no version",
		},
	} {
		t.Run(name, func(t *testing.T) {
			clone := newClone(t)
			test.spoil(t, clone)
			_, err := readSource(t.Context(), clone)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestTheOutputOfTwoReleasesNeverMixes(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "dist")
	if err := makeEmpty(directory); err != nil {
		t.Fatal(err)
	}
	write(t, directory, "old.tar.gz", "")
	if err := makeEmpty(directory); err == nil {
		t.Error("a directory with an old release is accepted")
	}
}

// newClone is a small repository with one commit.
func newClone(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("a release is made of a commit, and there is no git here")
	}
	clone := t.TempDir()
	// Tests of a project run wherever their git is set up.
	for _, variable := range []string{"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"} {
		t.Setenv(variable, "test@example.com")
	}
	t.Setenv("GIT_COMMITTER_DATE", "1700000000 +0000")
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	write(t, clone, "VERSION", "1.2.3\n")
	write(t, clone, "LICENSE", "licence")
	write(t, clone, "examples/a.yml", "{}")
	write(t, clone, "examples/a_test.go", "package examples")
	runGit(t, clone, "init", "--quiet")
	runGit(t, clone, "add", ".")
	runGit(t, clone, "commit", "--quiet", "--message=first")
	return clone
}

func runGit(t *testing.T, clone string, arguments ...string) {
	t.Helper()
	if _, err := git(t.Context(), clone, arguments...); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, directory, file, content string) {
	t.Helper()
	file = filepath.Join(directory, file)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
