package collector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// VSphere is the content library of a vCenter: update and download sessions.
// https://developer.broadcom.com/xapis/vsphere-automation-api/latest/content/
type VSphere struct{}

const (
	kindUpdate   = "update"
	kindDownload = "download"

	apiAuto = "auto"
	apiNew  = "api"
	apiRest = "rest"
)

// Name is the value of the label "system".
func (VSphere) Name() string { return "vsphere" }

// DefaultURL is empty: each vCenter has an address of its own.
func (VSphere) DefaultURL() string { return "" }

// Info describes asyncjob_vsphere_session_info.
func (VSphere) Info() InfoMetric {
	return InfoMetric{
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
func (VSphere) Options() any { return &VSphereOptions{VSphereAPI{API: apiAuto}} }

// Kinds of sessions.
func (VSphere) Kinds() []string { return []string{kindUpdate, kindDownload} }

// JobKeys are none: an id says it all.
func (VSphere) JobKeys() []string { return nil }

// CheckTarget wants credentials to log in with and a known flavour of the API.
func (VSphere) CheckTarget(target *config.Target) error {
	var problems []error
	switch flavourOf(target) {
	case apiAuto, apiNew, apiRest:
	default:
		problems = append(problems, fmt.Errorf("vsphere.api: %q must be auto, api or rest", flavourOf(target)))
	}
	if !hasCredentials(target) && target.HTTP.OAuth2 == nil {
		problems = append(problems, errors.New("basic_auth: is missing, a vCenter wants a login"))
	}
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
func (VSphere) CheckJob(job *config.Job) error { return opaqueID(job) }

// Connect reads with one session at the vCenter, kept over scrapes.
func (VSphere) Connect(target *config.Target, upstream *Upstream) Reader {
	sessions := newVocabulary(map[State][]string{
		Running: {"ACTIVE"}, Succeeded: {"DONE"}, Failed: {"ERROR"}, Canceled: {"CANCELED"},
	})
	files := newVocabulary(map[State][]string{
		Pending:   {"WAITING_FOR_TRANSFER", "UNPREPARED", "PREPARE_REQUESTED"},
		Running:   {"TRANSFERRING", "VALIDATING", "PREPARING"},
		Succeeded: {"READY", "PREPARED"},
		Failed:    {"ERROR"},
	})
	reader := &vsphereReader{
		upstream: upstream,
		api:      flavourOf(target),
		sessions: sessions.with(target.States),
		files:    files.with(target.States),
	}
	reader.rest.Store(reader.api == apiRest)
	upstream.useSession("vmware-api-session-id", "", reader.logIn, func() request {
		return request{method: http.MethodDelete, path: reader.flavour().login}
	})
	return reader
}

type vsphereReader struct {
	upstream *Upstream
	api      string
	sessions vocabulary
	files    vocabulary
	// rest tells which flavour of the API answers: known after the first login.
	rest atomic.Bool
}

// vsphereFlavour is where one flavour of the API has what: /api since 7.0U2,
// /rest before and, deprecated, still after.
type vsphereFlavour struct {
	// rest replies are wrapped in {"value": …}.
	rest  bool
	login string
	// content is the prefix of the content library's resources.
	content string
	// id stands before an identifier in a path.
	id string
}

func (r *vsphereReader) flavour() vsphereFlavour {
	if r.rest.Load() {
		return vsphereFlavour{rest: true, login: "/rest/com/vmware/cis/session", content: "/rest/com/vmware/content", id: "id:"}
	}
	return vsphereFlavour{login: "/api/session", content: "/api/content"}
}

func (f vsphereFlavour) session(kind, id string) string {
	return f.content + "/library/item/" + kind + "-session/" + f.id + url.PathEscape(id)
}

// fileList is the request for a session's files: /rest spells the collection
// without a hyphen and wants the session in the query.
func (f vsphereFlavour) fileList(kind, id string) request {
	if f.rest {
		return request{
			operation: OperationFiles,
			path:      f.content + "/library/item/" + kind + "session/file",
			query:     url.Values{kind + "_session_id": {id}},
		}
	}
	return request{operation: OperationFiles, path: f.session(kind, id) + "/file"}
}

// logIn makes a session: POST /api/session, or, where a vCenter older than
// 7.0U2 does not know that, POST /rest/com/vmware/cis/session.
func (r *vsphereReader) logIn(ctx context.Context) (token, error) {
	if r.api != apiAuto {
		return r.logInWith(ctx)
	}
	r.rest.Store(false)
	got, err := r.logInWith(ctx)
	if err != nil && failureOf(err).noLogin {
		r.rest.Store(true)
		got, err = r.logInWith(ctx)
	}
	return got, err
}

func (r *vsphereReader) logInWith(ctx context.Context) (token, error) {
	flavour := r.flavour()
	login := request{method: http.MethodPost, path: flavour.login}
	if flavour.rest {
		// Without it /rest also sets a cookie, which would outlive the token here.
		login.header = http.Header{"Vmware-Use-Header-Authn": {"true"}}
	}
	var got token
	err := r.upstream.logIn(ctx, login, func(answer reply) error {
		value, err := decodeSessionToken(answer.body, flavour.rest)
		if err != nil {
			return decodeFailure(login.path, err)
		}
		got.value = value
		return nil
	})
	return got, err
}

// Read reads a session and its files, both or nothing.
func (r *vsphereReader) Read(ctx context.Context, job config.Job, last *Job) (*Job, error) {
	// The flavour is known only after the login.
	if err := r.upstream.ensureLogin(ctx); err != nil {
		return nil, err
	}
	found, err := r.readSession(ctx, job)
	if errors.Is(err, errUnknownJob) && job.Kind == kindUpdate {
		return r.concluded(ctx, last)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session: %w", err)
	}
	if err := r.readFiles(ctx, job, found); err != nil {
		return nil, fmt.Errorf("reading the session's files: %w", err)
	}
	return found, nil
}

func (r *vsphereReader) readSession(ctx context.Context, job config.Job) (*Job, error) {
	flavour := r.flavour()
	get := request{operation: OperationStatus, path: flavour.session(job.Kind, job.ID)}
	var found *Job
	err := r.upstream.get(ctx, get, func(answer reply) error {
		if answer.missing() {
			return vapiMissing(get, answer.body)
		}
		var err error
		if found, err = decodeSession(answer.body, flavour.rest, r.sessions); err != nil {
			return decodeFailure(get.name(), err)
		}
		return nil
	})
	return found, err
}

func (r *vsphereReader) readFiles(ctx context.Context, job config.Job, into *Job) error {
	flavour := r.flavour()
	get := flavour.fileList(job.Kind, job.ID)
	return r.upstream.get(ctx, get, func(answer reply) error {
		if answer.missing() {
			return notFoundFailure(get.name(), "the session may have ended this moment")
		}
		files, err := decodeFiles(answer.body, flavour.rest, r.files)
		if err != nil {
			return decodeFailure(get.name(), err)
		}
		into.Files = files
		return nil
	})
}

// concluded finds out how an update session ended that was not final when it
// was last read and is not there any more. Clients often delete a session
// right after completing it: then the content version of its library item has
// moved on.
func (r *vsphereReader) concluded(ctx context.Context, last *Job) (*Job, error) {
	if last == nil || last.State.Final() || len(last.Info) == 0 || last.Info[0] == "" {
		return nil, errUnknownJob
	}
	item, before := last.Info[0], last.Info[1]
	now, err := r.contentVersion(ctx, item)
	if err != nil {
		return nil, fmt.Errorf("reading the library item of the vanished session: %w", err)
	}
	if !movedOn(before, now) {
		return nil, errUnknownJob
	}
	return vanished(last, Succeeded), nil
}

// contentVersion is the content version of a library item; empty where it is
// not there any more, or not for us.
func (r *vsphereReader) contentVersion(ctx context.Context, item string) (string, error) {
	flavour := r.flavour()
	get := request{operation: OperationItem, path: flavour.content + "/library/item/" + flavour.id + url.PathEscape(item)}
	var found struct {
		ContentVersion text `json:"content_version"`
	}
	err := r.upstream.get(ctx, get, func(answer reply) error {
		if answer.missing() {
			return nil
		}
		if err := decodeVAPI(answer.body, flavour.rest, &found); err != nil {
			return decodeFailure(get.name(), err)
		}
		return nil
	})
	var failure *Failure
	if errors.As(err, &failure) && failure.Reason == ReasonForbidden {
		return "", nil
	}
	return string(found.ContentVersion), err
}

// List lists the update and download sessions of the logged-in user: a vCenter
// shows nobody else's.
func (r *vsphereReader) List(ctx context.Context, _ time.Time) ([]config.Job, error) {
	var jobs []config.Job
	for _, kind := range []string{kindUpdate, kindDownload} {
		ids, err := r.listSessions(ctx, kind)
		if err != nil {
			return nil, fmt.Errorf("listing %s sessions: %w", kind, err)
		}
		for _, id := range ids {
			if job := (config.Job{ID: id, Kind: kind}); opaqueID(&job) == nil {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs, nil
}

func (r *vsphereReader) listSessions(ctx context.Context, kind string) ([]string, error) {
	flavour := r.flavour()
	list := request{operation: OperationList, path: flavour.content + "/library/item/" + kind + "-session"}
	var ids []string
	err := r.upstream.get(ctx, list, func(answer reply) error {
		if answer.missing() {
			return notFoundFailure(list.name(), "check url and vsphere.api")
		}
		if err := decodeVAPI(answer.body, flavour.rest, &ids); err != nil {
			return decodeFailure(list.name(), err)
		}
		if ids == nil && !isNull(answer.body, flavour.rest) {
			return decodeFailure(list.name(), errors.New("the reply is not a list of sessions"))
		}
		return nil
	})
	return ids, err
}
