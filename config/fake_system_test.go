package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// fakeSystem is an upstream system as this package sees one.
type fakeSystem struct {
	name       string
	defaultURL string
	integerIDs bool
	kinds      []string // the first is the default
	takesUser  bool
}

func (s fakeSystem) Name() string       { return s.name }
func (s fakeSystem) DefaultURL() string { return s.defaultURL }

func (s fakeSystem) CheckTarget(target *Target) error {
	var errs []error
	if target.UserID != "" && !s.takesUser {
		errs = append(errs, fmt.Errorf("user_id is not known to %s", s.name))
	}
	if target.VSphere.API != "" && s.name != "vsphere" {
		errs = append(errs, errors.New("vsphere: is for targets of the system vsphere"))
	}
	return errors.Join(errs...)
}

func (s fakeSystem) CheckJob(job *Job) error {
	if job.Kind == "" {
		job.Kind = s.kinds[0]
	}
	if !slices.Contains(s.kinds, job.Kind) {
		return fmt.Errorf("kind: must be one of %s", strings.Join(s.kinds, ", "))
	}
	if s.integerIDs && !regexp.MustCompile(`^\d+$`).MatchString(job.ID) {
		return errors.New("id: must be a whole number")
	}
	return nil
}

// testRules know four systems, as the exporter does.
func testRules() Rules {
	return Rules{
		Systems: []System{
			fakeSystem{name: "sample_exchange", defaultURL: "https://apigw.example.com", integerIDs: true, kinds: []string{"sample", "contribution"}},
			fakeSystem{name: "vsphere", kinds: []string{"update", "download"}},
			fakeSystem{name: "oracle_marketplace", defaultURL: "https://marketplace.example.com", integerIDs: true, kinds: []string{"machine_image"}, takesUser: true},
			fakeSystem{name: "oracle_content", kinds: []string{"type_update", "operation"}},
		},
		ReservedLabels: []string{"state", "reason"},
	}
}
