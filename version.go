package main

import (
	_ "embed"
	"strings"

	"github.com/prometheus/common/version"
)

// release is the content of the file VERSION.
//
//go:embed VERSION
var release string

// nameVersion names the version where the build did not: "go build" and "go
// install" set no variables at link time, as the Makefile does. Metrics, logs
// and --version all take it from the same place.
func nameVersion() {
	if version.Version == "" {
		version.Version = strings.TrimSpace(release)
	}
}
