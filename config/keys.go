package config

import (
	"errors"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// fileKeys are the keys of the configuration file.
type fileKeys struct {
	Defaults settingsKeys `yaml:"defaults"`
	Targets  []yaml.Node  `yaml:"targets"`

	Systems     yaml.Node `yaml:"systems"`
	SystemFiles []string  `yaml:"system_files"`
}

// settingsKeys are the keys of "defaults", which a target may have too; nil
// where left out.
type settingsKeys struct {
	Timeout          *model.Duration `yaml:"timeout"`
	MaxConcurrency   *int            `yaml:"max_concurrency"`
	MaxResponseBytes *byteSize       `yaml:"max_response_bytes"`
	MaxFiles         *int            `yaml:"max_files"`
	ErrorText        *bool           `yaml:"error_text"`
	FinishedTTL      *model.Duration `yaml:"finished_ttl"`
	Retention        *model.Duration `yaml:"retention"`

	FinishedRetention *model.Duration `yaml:"finished_retention"`
	MaxDuration       *model.Duration `yaml:"max_duration"`
}

// targetKeys are the keys of one target. Those of Prometheus' HTTP client
// configuration stand among them, and so do those of its system (System.Options).
type targetKeys struct {
	Name          string            `yaml:"name"`
	System        string            `yaml:"system"`
	URL           string            `yaml:"url"`
	TLSThumbprint string            `yaml:"tls_thumbprint"`
	States        map[string]string `yaml:"states"`
	Labels        map[string]string `yaml:"labels"`
	Discovery     bool              `yaml:"discovery"`
	JobFiles      []string          `yaml:"job_files"`
	JobURLs       []yaml.Node       `yaml:"job_urls"`
	Link          string            `yaml:"link"`
	Jobs          yaml.Node         `yaml:"jobs"`

	// OAuth2 takes the place of the library's, which has no headers.
	OAuth2 *oauth2Keys `yaml:"oauth2"`

	Settings settingsKeys                `yaml:",inline"`
	HTTP     promconfig.HTTPClientConfig `yaml:",inline"`
}

// oauth2Keys are the keys below "oauth2" of a target.
type oauth2Keys struct {
	HTTPHeaders *promconfig.Headers `yaml:"http_headers"`
	Library     promconfig.OAuth2   `yaml:",inline"`
}

// jobKeys are the keys of one job, in the configuration or in a job file.
type jobKeys struct {
	ID     verbatim          `yaml:"id"`
	Name   string            `yaml:"name"`
	Kind   string            `yaml:"kind"`
	Type   string            `yaml:"type"`
	Path   string            `yaml:"path"`
	Labels map[string]string `yaml:"labels"`

	MaxDuration *model.Duration `yaml:"max_duration"`
}

// verbatim is text or a number as typed: 0123 and 9E2 are ids, no numbers.
type verbatim string

// Wanted is what an id looks like.
func (verbatim) Wanted() string { return "text or a number" }

// UnmarshalYAML takes the text of a scalar as it stands in the file.
func (v *verbatim) UnmarshalYAML(node *yaml.Node) error {
	switch node.ShortTag() {
	case "!!str", "!!int", "!!float", "!!timestamp":
		*v = verbatim(node.Value)
		return nil
	default:
		return errors.New("neither text nor a number")
	}
}
