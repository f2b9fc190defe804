// Package vsphere reads update and download sessions of a vCenter's content library.
package vsphere

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
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

// VSphereOptions are the keys of a target that is a vCenter.
type VSphereOptions struct {
	VSphere VSphereAPI `yaml:"vsphere"`
}

// VSphereAPI are the keys below "vsphere".
type VSphereAPI struct {
	// API is the flavour of the vCenter's API: auto, api or rest.
	API string `yaml:"api"`
}

// Options are VSphereOptions.
func (System) Options() any { return &VSphereOptions{VSphereAPI{API: apiAuto}} }

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
	if options, ok := target.Options.(*VSphereOptions); ok && options.VSphere.API != "" {
		return options.VSphere.API
	}
	return apiAuto
}

// CheckJob wants the id of a session, which may hold colons.
func (System) CheckJob(job *config.Job) error { return system.OpaqueID(job) }

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
	reader.rest.Store(reader.api == apiRest)
	client.UseSession("vmware-api-session-id", "", reader.logIn, func() upstream.Request {
		return upstream.Request{Method: http.MethodDelete, Path: reader.flavour().login}
	})
	return reader
}

// sessionWords are the words for states of sessions of both kinds.
func sessionWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Running: {"ACTIVE"}, job.Succeeded: {"DONE"}, job.Failed: {"ERROR"}, job.Canceled: {"CANCELED"},
	})
}

// fileWords are the words for states of files, those that are uploaded first.
func fileWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending:   {"WAITING_FOR_TRANSFER", "UNPREPARED", "PREPARE_REQUESTED"},
		job.Running:   {"TRANSFERRING", "VALIDATING", "PREPARING"},
		job.Succeeded: {"READY", "PREPARED"},
		job.Failed:    {"ERROR"},
	})
}

type reader struct {
	upstream *upstream.Client
	api      string
	sessions job.Vocabulary
	files    job.Vocabulary
	// rest tells which flavour of the API answers: known after the first login.
	rest atomic.Bool
}

// flavour is where one flavour of the API has what: /api since 7.0U2,
// /rest before and, deprecated, still after.
type flavour struct {
	// rest replies are wrapped in {"value": …}.
	rest  bool
	login string
	// content is the prefix of the content library's resources.
	content string
	// id stands before an identifier in a path.
	id string
}

func (r *reader) flavour() flavour {
	if r.rest.Load() {
		return flavour{rest: true, login: "/rest/com/vmware/cis/session", content: "/rest/com/vmware/content", id: "id:"}
	}
	return flavour{login: "/api/session", content: "/api/content"}
}

func (f flavour) session(kind, id string) string {
	return f.content + "/library/item/" + kind + "-session/" + f.id + url.PathEscape(id)
}

// fileList is the request for a session's files: /rest spells the collection
// without a hyphen and wants the session in the query.
func (f flavour) fileList(kind, id string) upstream.Request {
	if f.rest {
		return upstream.Request{
			Operation: upstream.OperationFiles,
			Path:      f.content + "/library/item/" + kind + "session/file",
			Query:     url.Values{kind + "_session_id": {id}},
		}
	}
	return upstream.Request{Operation: upstream.OperationFiles, Path: f.session(kind, id) + "/file"}
}

// logIn makes a session: POST /api/session, or, where a vCenter older than
// 7.0U2 does not know that, POST /rest/com/vmware/cis/session.
func (r *reader) logIn(ctx context.Context) (upstream.Token, error) {
	if r.api != apiAuto {
		return r.logInWith(ctx)
	}
	r.rest.Store(false)
	got, err := r.logInWith(ctx)
	if err != nil && upstream.FailureOf(err).Missing() {
		r.rest.Store(true)
		got, err = r.logInWith(ctx)
	}
	return got, err
}

func (r *reader) logInWith(ctx context.Context) (upstream.Token, error) {
	flavour := r.flavour()
	login := upstream.Request{Method: http.MethodPost, Path: flavour.login}
	if flavour.rest {
		// Without it /rest also sets a cookie, which would outlive the token here.
		login.Header = http.Header{"Vmware-Use-Header-Authn": {"true"}}
	}
	var got upstream.Token
	err := r.upstream.LogIn(ctx, login, func(answer upstream.Reply) error {
		value, err := decodeSessionToken(answer.Body, flavour.rest)
		if err != nil {
			return upstream.DecodeFailure(login.Path, err)
		}
		got.Value = value
		return nil
	})
	return got, err
}

// Read reads a session and its files, both or nothing.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	// The flavour is known only after the login.
	if err := r.upstream.EnsureLogin(ctx); err != nil {
		return nil, err
	}
	found, err := r.readSession(ctx, asked)
	if errors.Is(err, job.ErrUnknown) && asked.Kind == kindUpdate {
		return r.concluded(ctx, last)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session: %w", err)
	}
	if err := r.readFiles(ctx, asked, found); err != nil {
		return nil, fmt.Errorf("reading the session's files: %w", err)
	}
	return found, nil
}

func (r *reader) readSession(ctx context.Context, asked config.Job) (*job.Job, error) {
	flavour := r.flavour()
	get := upstream.Request{Operation: upstream.OperationStatus, Path: flavour.session(asked.Kind, asked.ID)}
	var found *job.Job
	err := r.upstream.Get(ctx, get, func(answer upstream.Reply) error {
		if answer.Missing() {
			return vapiMissing(get, answer.Body)
		}
		var err error
		if found, err = decodeSession(answer.Body, flavour.rest, r.sessions); err != nil {
			return upstream.DecodeFailure(get.Name(), err)
		}
		return nil
	})
	return found, err
}

func (r *reader) readFiles(ctx context.Context, job config.Job, into *job.Job) error {
	flavour := r.flavour()
	get := flavour.fileList(job.Kind, job.ID)
	return r.upstream.Get(ctx, get, func(answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(get.Name(), "the session may have ended this moment")
		}
		files, err := decodeFiles(answer.Body, flavour.rest, r.files)
		if err != nil {
			return upstream.DecodeFailure(get.Name(), err)
		}
		into.Files = files
		return nil
	})
}

// concluded finds out how an update session ended that was not final when it
// was last read and is not there any more. Clients often delete a session
// right after completing it: then the content version of its library item has
// moved on.
func (r *reader) concluded(ctx context.Context, last *job.Job) (*job.Job, error) {
	if last == nil || last.State.Final() || len(last.Info) == 0 || last.Info[0] == "" {
		return nil, job.ErrUnknown
	}
	item, before := last.Info[0], last.Info[1]
	now, err := r.contentVersion(ctx, item)
	if err != nil {
		return nil, fmt.Errorf("reading the library item of the vanished session: %w", err)
	}
	if !movedOn(before, now) {
		return nil, job.ErrUnknown
	}
	return job.Vanished(last, job.Succeeded), nil
}

// contentVersion is the content version of a library item; empty where it is
// not there any more, or not for us.
func (r *reader) contentVersion(ctx context.Context, item string) (string, error) {
	flavour := r.flavour()
	get := upstream.Request{Operation: upstream.OperationItem, Path: flavour.content + "/library/item/" + flavour.id + url.PathEscape(item)}
	var found struct {
		ContentVersion decode.Text `json:"content_version"`
	}
	err := r.upstream.Get(ctx, get, func(answer upstream.Reply) error {
		if answer.Missing() {
			return nil
		}
		if err := decodeVAPI(answer.Body, flavour.rest, &found); err != nil {
			return upstream.DecodeFailure(get.Name(), err)
		}
		return nil
	})
	var failure *upstream.Failure
	if errors.As(err, &failure) && failure.Reason == job.ReasonForbidden {
		return "", nil
	}
	return string(found.ContentVersion), err
}

// List lists the update and download sessions of the logged-in user: a vCenter
// shows nobody else's.
func (r *reader) List(ctx context.Context, _ time.Time) (system.Listing, error) {
	var listing system.Listing
	for _, kind := range []string{kindUpdate, kindDownload} {
		ids, err := r.listSessions(ctx, kind)
		if err != nil {
			return system.Listing{}, fmt.Errorf("listing %s sessions: %w", kind, err)
		}
		for _, id := range ids {
			if job := (config.Job{ID: id, Kind: kind}); system.OpaqueID(&job) == nil {
				listing.Jobs = append(listing.Jobs, system.Listed{Job: job})
			}
		}
	}
	return listing, nil
}

func (r *reader) listSessions(ctx context.Context, kind string) ([]string, error) {
	flavour := r.flavour()
	list := upstream.Request{Operation: upstream.OperationList, Path: flavour.content + "/library/item/" + kind + "-session"}
	var ids []string
	err := r.upstream.Get(ctx, list, func(answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(list.Name(), "check url and vsphere.api")
		}
		if err := decodeVAPI(answer.Body, flavour.rest, &ids); err != nil {
			return upstream.DecodeFailure(list.Name(), err)
		}
		if ids == nil && !isNull(answer.Body, flavour.rest) {
			return upstream.DecodeFailure(list.Name(), errors.New("the reply is not a list of sessions"))
		}
		return nil
	})
	return ids, err
}
