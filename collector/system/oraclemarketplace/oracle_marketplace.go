// Package oraclemarketplace reads uploads of machine images to the Oracle Cloud Marketplace.
package oraclemarketplace

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is the publisher API of the Oracle Cloud Marketplace:
// upload requests of machine images.
// https://docs.oracle.com/en/cloud/marketplace/partner-portal/rest-api-publisher/
type System struct{}

const (
	kindMachineImage = "machine_image"

	publisherPath     = "/appstore/publisher/v1"
	machineImagesPath = publisherPath + "/machineimages"
)

// Name is the value of the label "system".
func (System) Name() string { return "oracle_marketplace" }

// DefaultURL is the host that Oracle's working examples use; some pages spell
// it with a dot for the dash.
func (System) DefaultURL() string { return "https://ocm-apis-cloud.oracle.com" }

// Info describes asyncjob_oracle_machine_image_info.
func (System) Info() job.InfoMetric {
	return job.InfoMetric{
		Name:   "asyncjob_oracle_machine_image_info",
		Help:   "The machine image that is uploaded (application, version, operatingSystem and fileName), always 1.",
		Labels: []string{"application", "version", "operating_system", "file_name"},
	}
}

// MarketplaceOptions are the keys of a target of the marketplace.
type MarketplaceOptions struct {
	// UserID is the user on whose behalf the account asks, sent as X-Oracle-UserId.
	UserID string `yaml:"user_id"`
}

// Options are MarketplaceOptions.
func (System) Options() any { return &MarketplaceOptions{} }

// Kinds of jobs: one.
func (System) Kinds() []string { return []string{kindMachineImage} }

// JobKeys are none: an id says it all.
func (System) JobKeys() []string { return nil }

// CheckTarget wants the user on whose behalf the account asks.
func (System) CheckTarget(target *config.Target) error {
	var missing error
	if options, ok := target.Options.(*MarketplaceOptions); !ok || options.UserID == "" {
		missing = errors.New("user_id: is missing, it is sent as X-Oracle-UserId with every request: the publisher's e-mail address")
	}
	return errors.Join(missing, system.NoPath(target, "/appstore/"))
}

// CheckJob wants an integer id.
func (System) CheckJob(asked *config.Job) error { return system.IntegerID(asked) }

// Definition is empty: the system is written in Go.
func (System) Definition() string { return "" }

// Connect reads with a bearer token: a configured one, one by OAuth2, or one
// that basic_auth is exchanged for.
func (System) Connect(target *config.Target, client *upstream.Client) system.Reader {
	if options, ok := target.Options.(*MarketplaceOptions); ok {
		client.Header.Set("X-Oracle-UserId", options.UserID)
	}
	reader := &reader{upstream: client, words: builtInWords().With(target.States)}
	if target.HTTP.BasicAuth != nil {
		client.UseLogin(upstream.Login{
			Name:  "oracle_marketplace",
			LogIn: exchange,
			Header: func(token upstream.Token) http.Header {
				return http.Header{"Authorization": {"Bearer " + token.Value}}
			},
		})
	}
	return reader
}

type reader struct {
	upstream *upstream.Client
	words    job.Vocabulary
	// uploads are those that lists have named.
	uploads catalogue
}

// exchange gets a bearer token for the client's id and secret:
// GET /appstore/publisher/v1/authenticate.
func exchange(ctx context.Context, asking *upstream.Asking) (upstream.Token, error) {
	var got upstream.Token
	login := upstream.Request{Path: publisherPath + "/authenticate"}
	err := asking.Send(ctx, login, func(answer upstream.Reply) error {
		var err error
		if got, err = upstream.ReadGrant(answer.Body, asking.Started); err != nil {
			return upstream.DecodeFailure(login.Path, err)
		}
		return nil
	})
	return got, err
}

// Read reads GET /appstore/publisher/v1/machineimages/{uploadRequestId}.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	status := system.Status{
		Path:        machineImagesPath + "/" + url.PathEscape(asked.ID),
		SaysUnknown: system.SaysUnknown,
		Decode:      func(body []byte) (*job.Job, error) { return decodeMachineImage(body, r.words) },
	}
	return status.Read(ctx, r.upstream, last)
}
