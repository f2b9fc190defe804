package described

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/template"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is a system as one description says.
type System struct {
	d    *definition
	gate *gate
}

// Options are the keys that only targets of described systems have.
type Options struct {
	// Params are what the description asks of a target.
	Params map[string]string `yaml:"params,omitempty"`
}

// Name is the description's name.
func (s *System) Name() string { return s.d.name }

// DefaultURL is empty: a description names no host.
func (s *System) DefaultURL() string { return "" }

// Options are Options.
func (s *System) Options() any { return &Options{} }

// Kinds of jobs: one.
func (s *System) Kinds() []string { return []string{s.d.kind} }

// JobKeys are none: an id says it all.
func (s *System) JobKeys() []string { return nil }

// Definition tells this description from any other.
func (s *System) Definition() string { return s.d.digest }

// Info describes the info metric of the description.
func (s *System) Info() job.InfoMetric {
	return job.InfoMetric{
		Name:   "asyncjob_" + s.d.name + "_info",
		Help:   fmt.Sprintf("What the description of %s says of a job under \"info\", always 1.", s.d.name),
		Labels: s.d.labels(),
	}
}

// LabelNames are those of the info metric.
func (s *System) LabelNames() []string { return s.d.labels() }

// largestReply is the size of a reply where the configuration says nothing: what
// is decoded by expressions takes more memory than what is decoded by types.
const largestReply = 1 << 20

// Defaults bound replies more tightly than those of other systems.
func (s *System) Defaults(builtIn config.Settings) config.Settings {
	builtIn.MaxResponseBytes = largestReply
	return builtIn
}

// CheckTarget wants a value for each param, and credentials where there is a login.
func (s *System) CheckTarget(target *config.Target) error {
	params := paramsOf(target)
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if !slices.Contains(s.d.params, name) {
			problems = append(problems, fmt.Errorf("params.%s: %s has no such param%s", name, s.d.name, config.DidYouMean(name, s.d.params)))
		}
	}
	for _, name := range s.d.params {
		value, given := params[name]
		switch {
		case !given:
			problems = append(problems, fmt.Errorf("params.%s: is missing", name))
		case template.Problem(value) != "":
			problems = append(problems, fmt.Errorf("params.%s: %s", name, template.Problem(value)))
		}
	}
	if s.d.list == nil {
		problems = append(problems, system.NoDiscovery(s, target))
	}
	return errors.Join(append(problems, s.checkCredentials(target))...)
}

func (s *System) checkCredentials(target *config.Target) error {
	http := &target.HTTP
	switch {
	case s.d.credential != nil && http.BasicAuth == nil && http.Authorization == nil && http.OAuth2 == nil && http.HTTPHeaders == nil:
		return errors.New("basic_auth: is missing: the description makes a header of it (credential)")
	case s.d.login != nil && http.BasicAuth == nil && http.Authorization == nil && http.OAuth2 == nil && http.HTTPHeaders == nil:
		return errors.New("basic_auth: is missing: it is exchanged for a token (login)")
	default:
		return nil
	}
}

// CheckJob wants an id that the description allows and that stays in its place.
func (s *System) CheckJob(asked *config.Job) error { return s.d.checkID(asked.ID) }

// longestID is the length of an id, in bytes.
const longestID = 1024

func (d *definition) checkID(id string) error {
	groups := d.id.FindStringSubmatch(id)
	if groups == nil || id == "" || len(id) > longestID {
		return fmt.Errorf("id: %s has no such ids, they match %s", d.name, d.pattern)
	}
	values := map[string]string{"id": id}
	for i, name := range d.id.SubexpNames() {
		if name != "" {
			values[name] = groups[i]
		}
	}
	for _, name := range d.pathNames() {
		value, ofJob := values[name]
		if problem := template.Problem(value); ofJob && problem != "" {
			return fmt.Errorf("id: %s", problem)
		}
	}
	return nil
}

// pathNames are the names that paths of one job are made of.
func (d *definition) pathNames() []string {
	names := d.status.path.Names()
	if d.parts != nil && d.parts.request != nil {
		names = append(names, d.parts.request.path.Names()...)
	}
	return names
}

// Connect prepares the reading of one target. It sends nothing.
func (s *System) Connect(target *config.Target, client *upstream.Client) system.Reader {
	for name := range s.d.header {
		client.Header.Set(name, s.d.header.Get(name))
	}
	r := newReader(s.d, s.gate, target, client, client.Now)
	r.logIn(target)
	if s.d.list != nil {
		return lister{r}
	}
	return r
}

func paramsOf(target *config.Target) map[string]string {
	if options, ok := target.Options.(*Options); ok {
		return options.Params
	}
	return nil
}
