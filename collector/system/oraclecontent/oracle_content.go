// Package oraclecontent reads jobs of Oracle Content Management.
package oraclecontent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is Oracle Content Management: updates of content types, and
// any other status resource of the same shape, named by its path. It cannot
// list jobs.
// https://docs.oracle.com/en/cloud/paas/content-cloud/rest-api-manage-content/
type System struct{}

const (
	kindTypeUpdate = "type_update"
	kindOperation  = "operation"
)

// Name is the value of the label "system".
func (System) Name() string { return "oracle_content" }

// DefaultURL is empty: each instance has an address of its own.
func (System) DefaultURL() string { return "" }

// Info describes asyncjob_oracle_content_type_info.
func (System) Info() job.InfoMetric {
	return job.InfoMetric{
		Name:   "asyncjob_oracle_content_type_info",
		Help:   "The content type that was updated (name, id and typeCategory of result.body), always 1.",
		Labels: []string{"type_name", "type_id", "type_category"},
	}
}

// Options are none of its own.
func (System) Options() any { return nil }

// Kinds of jobs; an operation is any job that is named by its path.
func (System) Kinds() []string { return []string{kindTypeUpdate, kindOperation} }

// JobKeys are type and path, of which a job has one.
func (System) JobKeys() []string { return []string{"type", "path"} }

// CheckTarget refuses what Oracle Content Management has not.
func (o System) CheckTarget(target *config.Target) error {
	return errors.Join(system.NoDiscovery(o, target), system.NoPath(target, "/content/", "/documents/", "/site/"))
}

// CheckJob wants an id and either a content type or a path, which decides the kind.
func (System) CheckJob(job *config.Job) error {
	kind := kindTypeUpdate
	if job.Path != "" {
		kind = kindOperation
	}
	var err error
	if job.Kind == "" {
		job.Kind = kind
	} else if job.Kind != kind {
		err = fmt.Errorf("kind: %q: must be %s, or left out: a job with path is an operation, one with type a type_update", job.Kind, kind)
	}
	return errors.Join(system.OpaqueID(job), err, typeOrPath(job))
}

func typeOrPath(job *config.Job) error {
	switch {
	case job.Type != "" && job.Path != "":
		return errors.New("path: not together with type, a job has one of them")
	case job.Path != "":
		return statusPath(job.Path)
	case job.Type == "":
		return errors.New("type: is missing, a job has the type that is updated, or the path of its status")
	case len(job.Type) > 256 || strings.Trim(job.Type, ".") == "" || strings.ContainsFunc(job.Type, system.IsControlOrSlash):
		return errors.New("type: must be the name of a content type, without slashes and control characters")
	default:
		return nil
	}
}

// statusPath checks the path of a status resource. Requests for it carry our
// token, so it must stay within the APIs of the instance.
func statusPath(path string) error {
	allowed := regexp.MustCompile(`^/[a-z]+(/[a-z]+)?/api(/[A-Za-z0-9_.:~@=+-]+)+$`)
	for segment := range strings.SplitSeq(path, "/") {
		if strings.Trim(segment, ".") == "" && segment != "" {
			return errors.New("path: must not hold . or .. segments")
		}
	}
	if len(path) > 1024 || !allowed.MatchString(path) {
		return errors.New("path: must be the path of a status resource, such as /content/management/api/v1.1/bulkItemsOperations/9F2, " +
			"without host, query, escapes and empty segments")
	}
	return nil
}

// Definition is empty: the system is written in Go.
func (System) Definition() string { return "" }

// Connect reads with a bearer token, usually by OAuth2.
func (System) Connect(target *config.Target, upstream *upstream.Client) system.Reader {
	return &reader{upstream: upstream, words: builtInWords().With(target.States)}
}

// builtInWords are the vendor's words for states.
func builtInWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending:   {"pending", "paused", "blocked"},
		job.Running:   {"processing"},
		job.Succeeded: {"succeeded"},
		job.Failed:    {"failed"},
		job.Canceled:  {"aborted"},
	})
}

type reader struct {
	upstream *upstream.Client
	words    job.Vocabulary
}

// Read reads GET /content/management/api/v1.1/types/{name}/updateType/.status/{statusId},
// or the job's own path.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	path := asked.Path
	if path == "" {
		path = fmt.Sprintf("/content/management/api/v1.1/types/%s/updateType/.status/%s",
			url.PathEscape(asked.Type), url.PathEscape(asked.ID))
	}
	return system.ReadStatus(ctx, r.upstream, path, last, func(body []byte) (*job.Job, error) {
		return decodeStatus(body, asked.Kind, r.words)
	})
}

// statusReply is the exported part of the status schema. result.body is a
// whole content type, often tens of kB: of it only the names are decoded.
type statusReply struct {
	Progress            string          `json:"progress"`
	CompletedPercentage decode.Number   `json:"completedPercentage"`
	Message             string          `json:"message"`
	StartTime           decode.Moment   `json:"startTime"`
	EndTime             decode.Moment   `json:"endTime"`
	Error               json.RawMessage `json:"error"`
	Result              struct {
		Status struct {
			Code decode.Number `json:"code"`
		} `json:"status"`
		Body struct {
			Name         decode.Text `json:"name"`
			ID           decode.Text `json:"id"`
			TypeCategory decode.Text `json:"typeCategory"`
		} `json:"body"`
	} `json:"result"`
}

func decodeStatus(body []byte, kind string, words job.Vocabulary) (*job.Job, error) {
	var reply statusReply
	if err := decode.JSON(body, &reply); err != nil {
		return nil, err
	}
	hasError := decode.Truthy(reply.Error)
	if strings.TrimSpace(reply.Progress) == "" && !hasError {
		return nil, decode.ErrNoState
	}
	decoded := &job.Job{
		UpstreamState:    reply.Progress,
		Progress:         reply.CompletedPercentage.Percentage(),
		Started:          reply.StartTime.Time,
		Ended:            reply.EndTime.Time,
		ResultStatusCode: reply.Result.Status.Code.Value,
		Error:            statusError(reply),
	}
	state, decided := words.Meaning(reply.Progress)
	refused := decoded.ResultStatusCode != nil && *decoded.ResultStatusCode >= 400
	if !decided && (hasError || state == job.Succeeded && refused) {
		// The poll itself is answered 200, and progress may be anything.
		state = job.Failed
	}
	decoded.State = state
	if about := reply.Result.Body; kind == kindTypeUpdate && about.Name != "" {
		decoded.Info = []string{string(about.Name), string(about.ID), string(about.TypeCategory)}
	}
	return decoded, nil
}

// statusError is the reply's error object, or its message where the job failed without one.
func statusError(reply statusReply) job.Error {
	var object struct {
		ErrorCode decode.Text `json:"o:errorCode"`
		Status    decode.Text `json:"status"`
		Detail    string      `json:"detail"`
		Title     string      `json:"title"`
	}
	message, _ := decode.ErrorText(reply.Error)
	if message == "" && decode.Truthy(reply.Error) {
		_ = decode.JSON(reply.Error, &object) // what cannot be decoded has no code and no text
	}
	found := job.Error{ID: string(object.ErrorCode), Message: message}
	if found.ID == "" {
		found.ID = string(object.Status)
	}
	for _, candidate := range []string{object.Detail, object.Title, reply.Message} {
		if found.Message == "" {
			found.Message = candidate
		}
	}
	return found
}
