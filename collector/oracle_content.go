package collector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// OracleContent is Oracle Content Management: updates of content types, and
// any other status resource of the same shape, named by its path. It cannot
// list jobs.
// https://docs.oracle.com/en/cloud/paas/content-cloud/rest-api-manage-content/
type OracleContent struct{}

const (
	kindTypeUpdate = "type_update"
	kindOperation  = "operation"
)

// Name is the value of the label "system".
func (OracleContent) Name() string { return "oracle_content" }

// DefaultURL is empty: each instance has an address of its own.
func (OracleContent) DefaultURL() string { return "" }

// Info describes asyncjob_oracle_content_type_info.
func (OracleContent) Info() InfoMetric {
	return InfoMetric{
		Name:   "asyncjob_oracle_content_type_info",
		Help:   "The content type that was updated (name, id and typeCategory of result.body), always 1.",
		Labels: []string{"type_name", "type_id", "type_category"},
	}
}

// Options are none of its own.
func (OracleContent) Options() any { return nil }

// Kinds of jobs; an operation is any job that is named by its path.
func (OracleContent) Kinds() []string { return []string{kindTypeUpdate, kindOperation} }

// JobKeys are type and path, of which a job has one.
func (OracleContent) JobKeys() []string { return []string{"type", "path"} }

// CheckTarget refuses what Oracle Content Management has not.
func (o OracleContent) CheckTarget(target *config.Target) error { return noDiscovery(o, target) }

// CheckJob wants an id and either a content type or a path, which decides the kind.
func (OracleContent) CheckJob(job *config.Job) error {
	kind := kindTypeUpdate
	if job.Path != "" {
		kind = kindOperation
	}
	var err error
	if job.Kind == "" {
		job.Kind = kind
	} else if job.Kind != kind {
		err = fmt.Errorf("kind: must be %s, or left out", kind)
	}
	return errors.Join(opaqueID(job), err, typeOrPath(job))
}

func typeOrPath(job *config.Job) error {
	switch {
	case job.Type != "" && job.Path != "":
		return errors.New("path: not together with type, a job has one of them")
	case job.Path != "":
		return statusPath(job.Path)
	case job.Type == "":
		return errors.New("type: is missing, a job has the type that is updated, or the path of its status")
	case len(job.Type) > 256 || strings.Trim(job.Type, ".") == "" || strings.ContainsFunc(job.Type, isControlOrSlash):
		return errors.New("type: must be the name of a content type, without slashes and control characters")
	default:
		return nil
	}
}

func isControlOrSlash(r rune) bool {
	return r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == '\uFFFD'
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

// Connect reads with a bearer token, usually by OAuth2.
func (OracleContent) Connect(target *config.Target, upstream *Upstream) Reader {
	words := newVocabulary(map[State][]string{
		Pending:   {"pending", "paused", "blocked"},
		Running:   {"processing"},
		Succeeded: {"succeeded"},
		Failed:    {"failed"},
		Canceled:  {"aborted"},
	})
	return &contentReader{upstream: upstream, words: words.with(target.States)}
}

type contentReader struct {
	upstream *Upstream
	words    vocabulary
}

// Read reads GET /content/management/api/v1.1/types/{name}/updateType/.status/{statusId},
// or the job's own path.
func (r *contentReader) Read(ctx context.Context, job config.Job, last *Job) (*Job, error) {
	path := job.Path
	if path == "" {
		path = fmt.Sprintf("/content/management/api/v1.1/types/%s/updateType/.status/%s",
			url.PathEscape(job.Type), url.PathEscape(job.ID))
	}
	return readStatus(ctx, r.upstream, path, last, func(body []byte) (*Job, error) {
		return decodeStatus(body, job.Kind, r.words)
	})
}

// statusReply is the exported part of the status schema. result.body is a
// whole content type, often tens of kB: of it only the names are decoded.
type statusReply struct {
	Progress            string          `json:"progress"`
	CompletedPercentage number          `json:"completedPercentage"`
	Message             string          `json:"message"`
	StartTime           moment          `json:"startTime"`
	EndTime             moment          `json:"endTime"`
	Error               json.RawMessage `json:"error"`
	Result              struct {
		Status struct {
			Code number `json:"code"`
		} `json:"status"`
		Body struct {
			Name         text `json:"name"`
			ID           text `json:"id"`
			TypeCategory text `json:"typeCategory"`
		} `json:"body"`
	} `json:"result"`
}

func decodeStatus(body []byte, kind string, words vocabulary) (*Job, error) {
	var reply statusReply
	if err := decode(body, &reply); err != nil {
		return nil, err
	}
	hasError := truthy(reply.Error)
	if strings.TrimSpace(reply.Progress) == "" && !hasError {
		return nil, errNoState
	}
	job := &Job{
		UpstreamState:    reply.Progress,
		Progress:         reply.CompletedPercentage.percentage(),
		Started:          reply.StartTime.Time,
		Ended:            reply.EndTime.Time,
		ResultStatusCode: reply.Result.Status.Code.value,
		Error:            statusError(reply),
	}
	state, decided := words.meaning(reply.Progress)
	refused := job.ResultStatusCode != nil && *job.ResultStatusCode >= 400
	if !decided && (hasError || state == Succeeded && refused) {
		// The poll itself is answered 200, and progress may be anything.
		state = Failed
	}
	job.State = state
	if about := reply.Result.Body; kind == kindTypeUpdate && about.Name != "" {
		job.Info = []string{string(about.Name), string(about.ID), string(about.TypeCategory)}
	}
	return job, nil
}

// statusError is the reply's error object, or its message where the job failed without one.
func statusError(reply statusReply) JobError {
	var object struct {
		ErrorCode text   `json:"o:errorCode"`
		Status    text   `json:"status"`
		Detail    string `json:"detail"`
		Title     string `json:"title"`
	}
	message, _ := errorText(reply.Error)
	if message == "" && truthy(reply.Error) {
		_ = decode(reply.Error, &object) // what cannot be decoded has no code and no text
	}
	found := JobError{ID: string(object.ErrorCode), Message: message}
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
