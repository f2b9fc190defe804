// Package sampleexchange reads jobs of the VMware {code} Sample Exchange.
package sampleexchange

import (
	"context"
	"net/url"
	"strings"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is the VMware {code} Sample Exchange: asynchronous updates of
// samples, and contributions of new ones. It cannot list jobs.
// https://developer.broadcom.com/xapis/vmware-code-sample-exchange-api/latest/
type System struct{}

const (
	kindSample       = "sample"
	kindContribution = "contribution"
)

// Name is the value of the label "system".
func (System) Name() string { return "sample_exchange" }

// DefaultURL is VMware's public API gateway.
func (System) DefaultURL() string { return "https://apigw.vmware.com" }

// Info describes asyncjob_sample_info.
func (System) Info() job.InfoMetric {
	return job.InfoMetric{
		Name:   "asyncjob_sample_info",
		Help:   "The sample that the job is about (sampleId, sample.name and sample.type), always 1.",
		Labels: []string{"sample_id", "sample_name", "sample_type"},
	}
}

// Options are none of its own.
func (System) Options() any { return nil }

// Kinds of jobs; a contribution is what somebody proposes for a sample.
func (System) Kinds() []string { return []string{kindSample, kindContribution} }

// JobKeys are none: an id says it all.
func (System) JobKeys() []string { return nil }

// CheckTarget refuses what the Sample Exchange has not.
func (s System) CheckTarget(target *config.Target) error { return system.NoDiscovery(s, target) }

// CheckJob wants an integer id.
func (System) CheckJob(asked *config.Job) error { return system.IntegerID(asked) }

// Definition is empty: the system is written in Go.
func (System) Definition() string { return "" }

// Connect reads with the target's own credentials, Basic or Bearer.
func (System) Connect(target *config.Target, client *upstream.Client) system.Reader {
	return &reader{client: client, base: baseOf(target), words: builtInWords().With(target.States)}
}

// basePath is what the paths of the API begin with.
const basePath = "/sampleExchange/v1"

// baseOf is what is put between the target's url and the paths of the API: the
// vendor's own clients have it in their url already.
func baseOf(target *config.Target) string {
	if strings.HasSuffix(strings.TrimRight(target.URL.Path, "/"), basePath) {
		return ""
	}
	return basePath
}

// builtInWords are the vendor's words for states. None says failed.
func builtInWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending:   {"NEW"},
		job.Running:   {"RUNNING"},
		job.Succeeded: {"FINISHED"},
	})
}

type reader struct {
	client *upstream.Client
	base   string
	words  job.Vocabulary
}

// Read reads GET /sampleExchange/v1/{samples|contributions}/async/{jobId}.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	collection := "samples"
	if asked.Kind == kindContribution {
		collection = "contributions"
	}
	status := system.Status{
		Path:        r.base + "/" + collection + "/async/" + url.PathEscape(asked.ID),
		SaysUnknown: system.SaysUnknown,
		Decode:      func(body []byte) (*job.Job, error) { return decodeSampleJob(body, r.words) },
	}
	return status.Read(ctx, r.client, last)
}

// sampleJobReply is the part of SampleJob that is exported. The sample's
// author, with a gitHubToken, its texts and the stackTrace are left out.
type sampleJobReply struct {
	State    decode.Word     `json:"state"`
	Created  decode.Moment   `json:"created"`
	Start    decode.Moment   `json:"start"`
	Finished decode.Moment   `json:"finished"`
	Progress decode.Number   `json:"progress"`
	Error    json.RawMessage `json:"error"`
	SampleID decode.Text     `json:"sampleId"`
	Sample   struct {
		Name decode.Text `json:"name"`
		Type decode.Text `json:"type"`
	} `json:"sample"`
}

func decodeSampleJob(body []byte, words job.Vocabulary) (*job.Job, error) {
	var reply sampleJobReply
	if err := decode.JSON(body, &reply); err != nil {
		return nil, err
	}
	if reply.State.IsBlank() {
		return nil, decode.ErrNoState
	}
	decoded := &job.Job{
		UpstreamState: string(reply.State),
		Progress:      reply.Progress.Percentage(),
		Created:       reply.Created.Time,
		Started:       reply.Start.Time,
		Ended:         reply.Finished.Time,
	}
	message, failed := decode.ErrorText(reply.Error)
	state, decided := words.Meaning(string(reply.State))
	if state == job.Succeeded && failed && !decided {
		// There is no word for failed: it is FINISHED with an error.
		state = job.Failed
	}
	decoded.State = state
	decoded.Error = job.Error{Message: message}
	decoded.Info = decode.Labels(string(reply.SampleID), string(reply.Sample.Name), string(reply.Sample.Type))
	return decoded, nil
}
