package collector

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// The checks that several systems make of their targets and jobs. Each error
// begins with the key that is wrong.

func noDiscovery(s System, target *config.Target) error {
	if target.Discovery {
		return fmt.Errorf("discovery: %s cannot list jobs", s.Name())
	}
	return nil
}

func noUserID(s System, target *config.Target) error {
	if target.UserID != "" {
		return fmt.Errorf("user_id: %s has no such key", s.Name())
	}
	return nil
}

func noVSphere(s System, target *config.Target) error {
	if target.VSphere != (config.VSphere{}) {
		return fmt.Errorf("vsphere: %s has no such key", s.Name())
	}
	return nil
}

func noTypeOrPath(s System, job *config.Job) error {
	switch {
	case job.Type != "":
		return fmt.Errorf("type: jobs of %s have none", s.Name())
	case job.Path != "":
		return fmt.Errorf("path: jobs of %s have none", s.Name())
	default:
		return nil
	}
}

// oneKindOf checks the kind of a job; the first is the one meant where it was left out.
func oneKindOf(job *config.Job, kinds ...string) error {
	if job.Kind == "" {
		job.Kind = kinds[0]
	}
	if !slices.Contains(kinds, job.Kind) {
		return fmt.Errorf("kind: must be %s", strings.Join(kinds, " or "))
	}
	return nil
}

// integerID checks an id that is a non-negative integer, spelled as the upstream would.
func integerID(job *config.Job) error {
	number, err := strconv.ParseInt(job.ID, 10, 64)
	if err != nil || number < 0 || strconv.FormatInt(number, 10) != job.ID {
		return errors.New("id: must be an integer")
	}
	return nil
}

// opaqueID checks an id that the upstream made up: one path segment of
// characters that no server and no proxy takes for anything else.
func opaqueID(job *config.Job) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	wellFormed := job.ID != "" && len(job.ID) <= 128 &&
		strings.Trim(job.ID, letters+"._:~@=+-") == "" && strings.ContainsAny(job.ID[:1], letters+"_") &&
		!strings.Contains(job.ID, "..")
	if !wellFormed {
		return errors.New("id: must be 1 to 128 letters, digits and . _ : ~ @ = + -, the first a letter, digit or _")
	}
	return nil
}
