package system

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// The checks that several systems make of their targets and jobs. Each error
// begins with the key that is wrong.

func NoDiscovery(s System, target *config.Target) error {
	if target.Discovery {
		return fmt.Errorf("discovery: %s cannot list jobs", s.Name())
	}
	return nil
}

// IntegerID checks an id that is a non-negative integer, spelled as the upstream would.
func IntegerID(job *config.Job) error {
	number, err := strconv.ParseInt(job.ID, 10, 64)
	if err != nil || number < 0 || strconv.FormatInt(number, 10) != job.ID {
		return errors.New("id: must be an integer")
	}
	return nil
}

// OpaqueID checks an id that the upstream made up: one path segment of
// characters that no server and no proxy takes for anything else.
func OpaqueID(job *config.Job) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	wellFormed := job.ID != "" && len(job.ID) <= 128 &&
		strings.Trim(job.ID, letters+"._:~@=+-") == "" && strings.ContainsAny(job.ID[:1], letters+"_") &&
		!strings.Contains(job.ID, "..")
	if !wellFormed {
		return errors.New("id: must be 1 to 128 letters, digits and . _ : ~ @ = + -, the first a letter, digit or _")
	}
	return nil
}

// IsControlOrSlash reports whether a character cannot stand in one segment of a path.
func IsControlOrSlash(r rune) bool {
	return r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == '\uFFFD'
}
