// Package vsphere reads update and download sessions of a vCenter's content library.
package vsphere

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is the content library of a vCenter: update and download sessions.
// https://developer.broadcom.com/xapis/vsphere-automation-api/latest/content/
type System struct{}

const (
	kindUpdate   = "update"
	kindDownload = "download"

	apiAuto = "auto"
	apiNew  = "api"
	apiRest = "rest"
)

// Name is the value of the label "system".
func (System) Name() string { return "vsphere" }

// DefaultURL is empty: each vCenter has an address of its own.
func (System) DefaultURL() string { return "" }

// Info describes asyncjob_vsphere_session_info.
func (System) Info() job.InfoMetric {
	return job.InfoMetric{
		Name:   "asyncjob_vsphere_session_info",
		Help:   "The library item of the session (library_item_id and library_item_content_version), always 1.",
		Labels: []string{"library_item_id", "content_version"},
	}
}

// Options are the keys of a target that is a vCenter.
type Options struct {
	VSphere API `yaml:"vsphere"`
}

// API are the keys below "vsphere".
type API struct {
	// Flavour of the vCenter's API: auto, api or rest.
	Flavour string `yaml:"api"`
}

// Options are the target's own keys.
func (System) Options() any { return &Options{API{Flavour: apiAuto}} }

// Kinds of sessions.
func (System) Kinds() []string { return []string{kindUpdate, kindDownload} }

// JobKeys are none: an id says it all.
func (System) JobKeys() []string { return nil }

// CheckTarget wants credentials to log in with and a known flavour of the API.
func (System) CheckTarget(target *config.Target) error {
	var problems []error
	switch flavourOf(target) {
	case apiAuto, apiNew, apiRest:
	default:
		problems = append(problems, fmt.Errorf("vsphere.api: %q: must be auto, api or rest", flavourOf(target)))
	}
	if !upstream.HasCredentials(target) && target.HTTP.OAuth2 == nil {
		problems = append(problems, errors.New("basic_auth: is missing, a vCenter wants a login: {username: ..., password_file: ...}"))
	}
	problems = append(problems, system.NoPath(target, "/ui/", "/sdk/", "/mob/", "/websso/", "/vsphere-client/", "/api", "/rest"))
	return errors.Join(problems...)
}

// flavourOf is the configured flavour of the API.
func flavourOf(target *config.Target) string {
	if options, ok := target.Options.(*Options); ok && options.VSphere.Flavour != "" {
		return options.VSphere.Flavour
	}
	return apiAuto
}

// CheckJob wants the id of a session, which may hold colons.
func (System) CheckJob(asked *config.Job) error { return system.OpaqueID(asked) }

// Definition is empty: the system is written in Go.
func (System) Definition() string { return "" }

// Connect reads with one session at the vCenter, kept over scrapes.
func (System) Connect(target *config.Target, client *upstream.Client) system.Reader {
	reader := &reader{
		upstream: client,
		api:      flavourOf(target),
		sessions: sessionWords().With(target.States),
		files:    fileWords().With(target.States),
	}
	client.UseLogin(upstream.Login{
		Name:  "vsphere " + reader.api,
		LogIn: reader.logIn,
		Header: func(session upstream.Token) http.Header {
			return http.Header{"Vmware-Api-Session-Id": {session.Value}}
		},
		Logout: func(session upstream.Token) upstream.Request {
			return upstream.Request{Method: http.MethodDelete, Path: flavourNamed(session.Detail).login}
		},
	})
	return reader
}

type reader struct {
	upstream *upstream.Client
	api      string
	sessions job.Vocabulary
	files    job.Vocabulary
	names    nameRequests
}
