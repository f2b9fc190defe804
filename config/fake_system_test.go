package config

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// fakeSystem is an upstream system as this package sees one.
type fakeSystem struct {
	name       string
	defaultURL string
	integerIDs bool
	kinds      []string // the first is the default
	jobKeys    []string
	options    func() any
}

func (s fakeSystem) Name() string       { return s.name }
func (s fakeSystem) DefaultURL() string { return s.defaultURL }
func (s fakeSystem) Kinds() []string    { return s.kinds }
func (s fakeSystem) JobKeys() []string  { return s.jobKeys }

func (s fakeSystem) Options() any {
	if s.options == nil {
		return nil
	}
	return s.options()
}

func (s fakeSystem) CheckTarget(target *Target) error {
	options, ok := target.Options.(*flavourOptions)
	if ok && !slices.Contains([]string{"auto", "api", "rest"}, options.VSphere.API) {
		return errors.New("vsphere.api: must be one of auto, api, rest")
	}
	return nil
}

func (s fakeSystem) CheckJob(job *Job) error {
	if s.integerIDs && !regexp.MustCompile(`^\d+$`).MatchString(job.ID) {
		return errors.New("id: must be a whole number")
	}
	return nil
}

// flavourOptions and userOptions are keys of a system's own.
type flavourOptions struct {
	VSphere struct {
		API string `yaml:"api"`
	} `yaml:"vsphere"`
}

type userOptions struct {
	UserID string `yaml:"user_id,omitempty"`
}

// testRules know four systems, as the exporter does.
func testRules() Rules {
	flavour := func() any {
		options := &flavourOptions{}
		options.VSphere.API = "auto"
		return options
	}
	user := func() any { return &userOptions{} }
	return Rules{
		Systems: Systems{
			fakeSystem{name: "sample_exchange", defaultURL: "https://apigw.example.com", integerIDs: true, kinds: []string{"sample", "contribution"}},
			fakeSystem{name: "vsphere", kinds: []string{"update", "download"}, options: flavour},
			fakeSystem{name: "oracle_marketplace", defaultURL: "https://marketplace.example.com", integerIDs: true, kinds: []string{"machine_image"}, options: user},
			fakeSystem{name: "oracle_content", kinds: []string{"type_update", "operation"}, jobKeys: []string{"type", "path"}},
		},
		ReservedLabels: []string{"state", "reason"},
		Items: func(string) (Transform, error) {
			return func(_ context.Context, body []byte) ([]byte, error) { return body, nil }, nil
		},
		States: []string{"pending", "running", "succeeded", "failed", "canceled", "unknown"},
		Fold: func(word string) string {
			return strings.ToUpper(strings.Join(strings.FieldsFunc(word, unicode.IsSpace), ""))
		},
	}
}
