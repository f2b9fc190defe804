package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// platform is one that a release is built for, in Go's words.
type platform struct {
	os, architecture string
}

// parsePlatforms reads a list like "linux/amd64,windows/amd64".
func parsePlatforms(list string) ([]platform, error) {
	var platforms []platform
	for text := range strings.SplitSeq(list, ",") {
		system, architecture, found := strings.Cut(text, "/")
		if !found || system == "" || architecture == "" {
			return nil, fmt.Errorf("platform %q is not os/architecture", text)
		}
		platforms = append(platforms, platform{system, architecture})
	}
	return platforms, nil
}

func (p platform) String() string { return p.os + "/" + p.architecture }

// binary is the file name of the program on this platform.
func (p platform) binary() string {
	if p.os == "windows" {
		return name + ".exe"
	}
	return name
}

func (p platform) archiveEnding() string {
	if p.os == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// build compiles the program into the file named. Everything of the machine
// that could show in the bytes is taken out of the environment.
func build(ctx context.Context, src source, p platform, file string) error {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	environment := []string{
		"CGO_ENABLED=0",
		"GOOS=" + p.os,
		"GOARCH=" + p.architecture,
		"GOAMD64=v1",
		"GOARM64=v8.0",
		"GOEXPERIMENT=",
		"GOFLAGS=-mod=readonly",
		"GOWORK=off",
	}
	// The version control's state is stamped by flags, the same way as in the
	// Makefile and the Dockerfile.
	_, err = output(ctx, src.directory, environment, "go",
		"build", "-trimpath", "-buildvcs=false", "-ldflags", linkerFlags(src), "-o", absolute, ".")
	return err
}

// linkerFlags say what "asyncjob_exporter --version" prints.
func linkerFlags(src source) string {
	const versionPackage = "github.com/prometheus/common/version"
	stamps := []struct{ variable, value string }{
		{"Version", src.version},
		{"Revision", src.revision},
		// Not the branch that happens to be checked out: a release is its tag.
		{"Branch", "v" + src.version},
		{"BuildUser", "release"},
		{"BuildDate", src.time.Format("20060102-15:04:05")},
	}
	flags := []string{"-s", "-w"}
	for _, stamp := range stamps {
		flags = append(flags, "-X", versionPackage+"."+stamp.variable+"="+stamp.value)
	}
	return strings.Join(flags, " ")
}
