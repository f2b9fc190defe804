package oraclecontent

import (
	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// builtInWords are the vendor's words for states: those of progress, and after
// them those of status, by which exports, imports and translations say theirs.
func builtInWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending:   {"pending", "paused", "blocked", "READY"},
		job.Running:   {"processing", "INPROGRESS", "IN_PROGRESS"},
		job.Succeeded: {"succeeded", "SUCCESS", "TRANSLATED"},
		job.Failed:    {"failed"},
		job.Canceled:  {"aborted"},
	})
}

// saysUnknown reports whether the body of a 404 says that there is no such job:
// an error with the vendor's code, or of the shape that all errors of these
// APIs have.
func saysUnknown(body []byte) bool {
	var answer struct {
		ErrorCode decode.Text     `json:"o:errorCode"`
		Type      json.RawMessage `json:"type"`
		Title     json.RawMessage `json:"title"`
		Status    json.RawMessage `json:"status"`
	}
	if decode.JSON(body, &answer) != nil {
		return false
	}
	hasShape := decode.Truthy(answer.Type) && decode.Truthy(answer.Title) && decode.Truthy(answer.Status)
	return answer.ErrorCode != "" || hasShape && !system.IsGateways(body)
}

// statusReply is the exported part of the status schema, and of its relatives'
// that are named by their path. result.body is a whole content type, often tens
// of kB, or what became of the items of a bulk operation: of it only what is
// named here is decoded.
type statusReply struct {
	Progress decode.Word `json:"progress"`
	// Status is the state of exports, imports and translations.
	Status              decode.Word   `json:"status"`
	CompletedPercentage decode.Number `json:"completedPercentage"`
	// PageCount and CompletedCount are those of a site's refresh.
	PageCount      decode.Number `json:"pageCount"`
	CompletedCount decode.Number `json:"completedCount"`
	CreatedAt      decode.Moment `json:"createdAt"`
	StartTime      decode.Moment `json:"startTime"`
	EndTime        decode.Moment `json:"endTime"`
	CompletedAt    decode.Moment `json:"completedAt"`
	errorReply
	Result struct {
		Status struct {
			Code decode.Number `json:"code"`
		} `json:"status"`
		Body struct {
			Name         decode.Text `json:"name"`
			ID           decode.Text `json:"id"`
			TypeCategory decode.Text `json:"typeCategory"`
			// Operations are by their names.
			Operations map[string]operationReply `json:"operations"`
		} `json:"body"`
	} `json:"result"`
}

func decodeStatus(body []byte, kind string, words job.Vocabulary) (*job.Job, error) {
	var reply statusReply
	if err := decode.JSON(body, &reply); err != nil {
		return nil, err
	}
	word, hasError := reply.word(kind), decode.Truthy(reply.Error)
	if word == "" && !hasError {
		return nil, decode.ErrNoState
	}
	decoded := &job.Job{
		UpstreamState:    string(word),
		Progress:         reply.progress(),
		Created:          reply.CreatedAt.Time,
		Started:          reply.StartTime.Time,
		Ended:            reply.EndTime.Time,
		ResultStatusCode: reply.Result.Status.Code.Value,
		Error:            reply.jobError(),
	}
	if decoded.Ended.IsZero() {
		decoded.Ended = reply.CompletedAt.Time
	}
	failed, itemError := failedItem(reply.Result.Body.Operations)
	state, decided := words.Meaning(string(word))
	refused := decoded.ResultStatusCode != nil && *decoded.ResultStatusCode >= 400
	switch {
	case decided:
	case hasError:
		state = job.Failed // the poll itself is answered 200, and progress may be anything
	case state == job.Succeeded && failed:
		state, decoded.Error = job.Failed, itemError
	case state == job.Succeeded && refused:
		state = job.Failed
	}
	decoded.State = state
	if about := reply.Result.Body; kind == kindTypeUpdate && about.Name != "" {
		decoded.Info = []string{string(about.Name), string(about.ID), string(about.TypeCategory)}
	}
	return decoded, nil
}

// word is the upstream's word for the state.
func (r *statusReply) word(kind string) decode.Word {
	if r.Progress.IsBlank() && kind == kindOperation && !r.Status.IsNumber() {
		return r.Status.OrNone()
	}
	return r.Progress.OrNone()
}

// progress is a ratio: of a percentage, else of pages that are done.
func (r *statusReply) progress() *float64 {
	if ratio := r.CompletedPercentage.Percentage(); ratio != nil {
		return ratio
	}
	return decode.Share(r.CompletedCount.Count(), r.PageCount.Count())
}
