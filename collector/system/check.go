package system

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// The checks that several systems make of their targets and jobs. Each error
// begins with the key that is wrong.

// NoDiscovery refuses discovery where the system cannot list jobs.
func NoDiscovery(s System, target *config.Target) error {
	if target.Discovery {
		return fmt.Errorf("discovery: \"true\": %s cannot list jobs: name them in jobs or job_files", s.Name())
	}
	return nil
}

// NoPath refuses a url with a path that was pasted from somewhere: the browser's,
// or one that the reader adds itself. A path that ends in a slash stands for all
// below it too.
func NoPath(target *config.Target, paths ...string) error {
	for _, path := range paths {
		asked := target.URL.Path
		plain := strings.TrimSuffix(path, "/")
		if asked != plain && (plain == path || !strings.HasPrefix(asked, path)) {
			continue
		}
		base := *target.URL
		base.Path, base.RawPath = "", ""
		return fmt.Errorf("url: %q: must be the address in front of the API's own paths, without %s: write %s", target.URL.String(), plain, base.String())
	}
	return nil
}

// IntegerID checks an id that is a non-negative integer, spelled as the upstream would.
func IntegerID(job *config.Job) error {
	number, err := strconv.ParseInt(job.ID, 10, 64)
	spelled := strconv.FormatInt(number, 10)
	switch {
	case err != nil || number < 0:
		return fmt.Errorf("id: %q: must be an integer such as 4711", job.ID)
	case spelled != job.ID:
		return fmt.Errorf("id: %q: must be an integer without leading zeros or signs: write %s", job.ID, spelled)
	default:
		return nil
	}
}

// OpaqueID checks an id that the upstream made up: one path segment of
// characters that no server and no proxy takes for anything else.
func OpaqueID(job *config.Job) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	wellFormed := job.ID != "" && len(job.ID) <= 128 &&
		strings.Trim(job.ID, letters+"._:~@=+-") == "" && strings.ContainsAny(job.ID[:1], letters+"_") &&
		!strings.Contains(job.ID, "..")
	if !wellFormed {
		return fmt.Errorf("id: %q: must be 1 to 128 letters, digits and . _ : ~ @ = + -, the first a letter, digit or _", job.ID)
	}
	return nil
}

// IsControlOrSlash reports whether a character cannot stand in one segment of a path.
func IsControlOrSlash(r rune) bool {
	return r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == '\uFFFD'
}
