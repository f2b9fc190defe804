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
		"README.md":                           "asyncjob_exporter-" + version + ".linux-amd64.tar.gz\n",
	} {
		if !strings.Contains(read(t, file), want) {
			t.Errorf("%s lacks %q", file, want)
		}
	}
}

// A command that a reader copies names this release and no other.
func TestTheReadmeNamesNoOtherVersion(t *testing.T) {
	version := strings.TrimSpace(read(t, "VERSION"))
	named := regexp.MustCompile(`(?:asyncjob_exporter[-:]|/download/v)(\d+\.\d+\.\d+)`).FindAllStringSubmatch(read(t, "README.md"), -1)
	for _, found := range named {
		if found[1] != version {
			t.Errorf("README.md says %q, the version is %s", found[0], version)
		}
	}
	if len(named) == 0 {
		t.Error("README.md names no version")
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
