// Package vsphere reads update and download sessions of a vCenter's content library.
package vsphere

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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

// flavourNamed is a flavour by the name that the key vsphere.api has for it. A
// session's token has it in its Detail: only a login that works tells which it is.
func flavourNamed(name string) flavour {
	if name == apiRest {
		return flavour{rest: true, login: "/rest/com/vmware/cis/session", content: "/rest/com/vmware/content", id: "id:"}
	}
	return flavour{login: "/api/session", content: "/api/content"}
}

// get reads what request says for the flavour of the login that it is sent with.
func (r *reader) get(ctx context.Context, request func(flavour) upstream.Request, handle func(flavour, upstream.Reply) error) error {
	return r.upstream.GetWith(ctx, func(detail string) upstream.Request {
		return request(flavourNamed(detail))
	}, func(answer upstream.Reply) error {
		return handle(flavourNamed(answer.Detail), answer)
	})
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
// 7.0U2 does not know that, POST /rest/com/vmware/cis/session. What worked the
// last time is tried first.
func (r *reader) logIn(ctx context.Context, asking *upstream.Asking) (upstream.Token, error) {
	if r.api != apiAuto {
		return logInWith(ctx, asking, r.api)
	}
	likely, other := apiNew, apiRest
	if asking.LastDetail == apiRest {
		likely, other = apiRest, apiNew
	}
	got, err := logInWith(ctx, asking, likely)
	if err != nil && upstream.FailureOf(err).Missing() {
		got, err = logInWith(ctx, asking, other)
	}
	return got, err
}

func logInWith(ctx context.Context, asking *upstream.Asking, api string) (upstream.Token, error) {
	flavour := flavourNamed(api)
	login := upstream.Request{Method: http.MethodPost, Path: flavour.login}
	if flavour.rest {
		// Without it /rest also sets a cookie, which would outlive the token here.
		login.Header = http.Header{"Vmware-Use-Header-Authn": {"true"}}
	}
	got := upstream.Token{Detail: api}
	err := asking.Send(ctx, login, func(answer upstream.Reply) error {
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
	var found *job.Job
	err := r.get(ctx, func(f flavour) upstream.Request {
		return upstream.Request{Operation: upstream.OperationStatus, Path: f.session(asked.Kind, asked.ID)}
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return vapiMissing(answer.Request, answer.Body)
		}
		var err error
		if found, err = decodeSession(answer.Body, f.rest, r.sessions); err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		return nil
	})
	return found, err
}

func (r *reader) readFiles(ctx context.Context, asked config.Job, into *job.Job) error {
	return r.get(ctx, func(f flavour) upstream.Request {
		return f.fileList(asked.Kind, asked.ID)
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(answer.Request.Name(), "the session may have ended this moment")
		}
		files, err := decodeFiles(answer.Body, f.rest, r.files)
		if err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
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
	var found struct {
		ContentVersion decode.Text `json:"content_version"`
	}
	err := r.get(ctx, func(f flavour) upstream.Request {
		return upstream.Request{Operation: upstream.OperationItem, Path: f.content + "/library/item/" + f.id + url.PathEscape(item)}
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return nil
		}
		if err := decodeVAPI(answer.Body, f.rest, &found); err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		return nil
	})
	var failure *upstream.Failure
	if errors.As(err, &failure) && failure.Reason == job.ReasonForbidden {
		return "", nil
	}
	return string(found.ContentVersion), err
}

// Noun is what a vCenter calls what it lists.
func (r *reader) Noun() string { return "sessions" }

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
	var ids []string
	err := r.get(ctx, func(f flavour) upstream.Request {
		return upstream.Request{Operation: upstream.OperationList, Path: f.content + "/library/item/" + kind + "-session"}
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(answer.Request.Name(), "check url and vsphere.api")
		}
		if err := decodeVAPI(answer.Body, f.rest, &ids); err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		if ids == nil && !isNull(answer.Body, f.rest) {
			return upstream.DecodeFailure(answer.Request.Name(), errors.New("the reply is not a list of sessions"))
		}
		return nil
	})
	return ids, err
}
