package packaging

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The file VERSION is the only place where a release is named. What cannot
// read a file repeats it, and is held to it here.
func TestTheVersionIsTheSameEverywhere(t *testing.T) {
	version := strings.TrimSpace(read(t, "VERSION"))
	for file, want := range map[string]string{
		"Makefile":                            "VERSION    := $(shell cat VERSION)\n",
		"Dockerfile":                          "\nARG VERSION=" + version + "\n",
		"examples/kubernetes/deployment.yaml": "asyncjob_exporter:" + version + "\n",
	} {
		if !strings.Contains(read(t, file), want) {
			t.Errorf("%s lacks %q", file, want)
		}
	}
}

// What "go build" and "go install" make has no stamps.
func TestABuildWithoutStampsKnowsItsVersion(t *testing.T) {
	want := "asyncjob_exporter, version " + strings.TrimSpace(read(t, "VERSION")) + " "
	if said := run(t, exporter, "--version"); !strings.HasPrefix(said, want) {
		t.Errorf("it says %q, want %q", said, want)
	}
}

func TestEveryBuildStampsTheSame(t *testing.T) {
	want := []string{"Branch", "BuildDate", "BuildUser", "Revision", "Version"}
	stamps := map[string]*regexp.Regexp{
		"Makefile":                  regexp.MustCompile(`-X \$\(VERSION_PACKAGE\)\.(\w+)=`),
		"Dockerfile":                regexp.MustCompile(`-X github\.com/prometheus/common/version\.(\w+)=`),
		"internal/release/build.go": regexp.MustCompile(`(?m)^\t\t\{"([A-Z]\w+)", `),
	}
	for file, stamp := range stamps {
		var got []string
		for _, match := range stamp.FindAllStringSubmatch(read(t, file), -1) {
			got = append(got, match[1])
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s stamps %q, want %q", file, got, want)
		}
	}
}

func TestTheImageIsBuiltWithTheModulesGo(t *testing.T) {
	want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	got := regexp.MustCompile(`(?m)^FROM .*golang:(\S+) AS build$`).FindStringSubmatch(read(t, "Dockerfile"))[1]
	if got != want {
		t.Errorf("the Dockerfile builds with Go %s, go.mod says %s", got, want)
	}
}
