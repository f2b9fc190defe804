package main

import (
	"slices"
	"strings"
	"testing"
)

func TestPlatformsAreReadFromAList(t *testing.T) {
	got, err := parsePlatforms("linux/amd64,windows/amd64")
	if want := []platform{linux, windows}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, list := range []string{"", "linux", "/amd64", "linux/", "linux/amd64,"} {
		if got, err := parsePlatforms(list); err == nil {
			t.Errorf("%q is read as %v", list, got)
		}
	}
}

func TestABinaryIsCalledAndPackedAsItsPlatformDoes(t *testing.T) {
	src := source{version: "1.2.3"}
	for p, want := range map[platform][2]string{
		linux:   {"asyncjob_exporter", "asyncjob_exporter-1.2.3.linux-amd64.tar.gz"},
		windows: {"asyncjob_exporter.exe", "asyncjob_exporter-1.2.3.windows-amd64.zip"},
	} {
		if got := [2]string{p.binary(), src.archiveName(p)}; got != want {
			t.Errorf("%s: got %q, want %q", p, got, want)
		}
	}
}

func TestABinaryIsStampedWithTheCommitAndNothingOfTheMachine(t *testing.T) {
	got := linkerFlags(source{version: "1.2.3", revision: "abc", time: commit})
	for _, want := range []string{
		"version.Version=1.2.3", "version.Revision=abc", "version.Branch=v1.2.3",
		"version.BuildUser=release", "version.BuildDate=20260203-04:05:06",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}
