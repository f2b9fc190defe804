package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/oraclemarketplace"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// call is one upstream request that a job's status takes.
type call struct {
	// module is the system's name, or for its second request another word.
	module string
	url    string
}

// targetCalls are the calls of a target's jobs, of which so many are made at once.
type targetCalls struct {
	calls    []call
	parallel int
}

// upstreams are all targets of a configuration and the headers that each module's
// calls need.
type upstreams struct {
	targets []targetCalls
	headers map[string]http.Header
}

// calls are those of all targets.
func (u *upstreams) calls() []call {
	var all []call
	for _, t := range u.targets {
		all = append(all, t.calls...)
	}
	return all
}

// findUpstreams logs in everywhere and lists the calls of all configured jobs.
func findUpstreams(ctx context.Context, configPath string) (*upstreams, error) {
	loaded, err := config.Load(configPath, systems.Rules())
	if err != nil {
		return nil, err
	}
	found := &upstreams{headers: map[string]http.Header{}}
	for _, target := range loaded.Targets {
		header, err := logIn(ctx, target)
		if err != nil {
			return nil, fmt.Errorf("logging in at %s: %w", target.Name, err)
		}
		found.headers[target.System] = header
		found.headers[target.System+"_files"] = header
		calls := targetCalls{parallel: target.MaxConcurrency}
		for _, job := range target.Jobs {
			calls.calls = append(calls.calls, callsOf(target, job)...)
		}
		found.targets = append(found.targets, calls)
	}
	return found, nil
}

func callsOf(target *config.Target, job config.Job) []call {
	base := target.URL.String()
	switch target.System {
	case "sample_exchange":
		collection := map[string]string{"sample": "samples", "contribution": "contributions"}[job.Kind]
		return []call{{target.System, base + "/sampleExchange/v1/" + collection + "/async/" + job.ID}}
	case "vsphere":
		session := base + "/api/content/library/item/" + job.Kind + "-session/" + job.ID
		return []call{{target.System, session}, {target.System + "_files", session + "/file"}}
	case "oracle_marketplace":
		return []call{{target.System, base + "/appstore/publisher/v1/machineimages/" + job.ID}}
	default:
		path := job.Path
		if path == "" {
			path = "/content/management/api/v1.1/types/" + url.PathEscape(job.Type) + "/updateType/.status/" + job.ID
		}
		return []call{{target.System, base + path}}
	}
}

// logIn returns the headers that authorize the calls of a target.
func logIn(ctx context.Context, target *config.Target) (http.Header, error) {
	header := http.Header{}
	switch target.System {
	case "sample_exchange":
		r := &http.Request{Header: header}
		r.SetBasicAuth(target.HTTP.BasicAuth.Username, string(target.HTTP.BasicAuth.Password))
	case "vsphere":
		var token string
		err := ask(ctx, target, http.MethodPost, target.URL.String()+"/api/session", "", &token)
		header.Set("Vmware-Api-Session-Id", token)
		return header, err
	case "oracle_marketplace":
		if options, ok := target.Options.(*oraclemarketplace.MarketplaceOptions); ok {
			header.Set("X-Oracle-Userid", options.UserID)
		}
		return header, askToken(ctx, target, http.MethodGet, target.URL.String()+"/appstore/publisher/v1/authenticate", "", header)
	default:
		oauth := target.HTTP.OAuth2
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {strings.Join(oauth.Scopes, " ")}}
		return header, askToken(ctx, target, http.MethodPost, oauth.TokenURL, form.Encode(), header)
	}
	return header, nil
}

func askToken(ctx context.Context, target *config.Target, method, address, form string, header http.Header) error {
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	err := ask(ctx, target, method, address, form, &granted)
	header.Set("Authorization", "Bearer "+granted.AccessToken)
	return err
}

func ask(ctx context.Context, target *config.Target, method, address, form string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return err
	}
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if oauth := target.HTTP.OAuth2; oauth != nil {
		request.SetBasicAuth(url.QueryEscape(oauth.ClientID), url.QueryEscape(string(oauth.ClientSecret)))
	} else {
		request.SetBasicAuth(target.HTTP.BasicAuth.Username, string(target.HTTP.BasicAuth.Password))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("answered %s", response.Status)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, answer)
}
