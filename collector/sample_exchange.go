package collector

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// SampleExchange is the VMware {code} Sample Exchange: asynchronous updates of
// samples, and contributions of new ones. It cannot list jobs.
// https://developer.broadcom.com/xapis/vmware-code-sample-exchange-api/latest/
type SampleExchange struct{}

const (
	kindSample       = "sample"
	kindContribution = "contribution"
)

// Name is the value of the label "system".
func (SampleExchange) Name() string { return "sample_exchange" }

// DefaultURL is VMware's public API gateway.
func (SampleExchange) DefaultURL() string { return "https://apigw.vmware.com" }

// Info describes asyncjob_sample_info.
func (SampleExchange) Info() InfoMetric {
	return InfoMetric{
		Name:   "asyncjob_sample_info",
		Help:   "The sample that the job is about (sampleId, sample.name and sample.type), always 1.",
		Labels: []string{"sample_id", "sample_name", "sample_type"},
	}
}

// Options are none of its own.
func (SampleExchange) Options() any { return nil }

// Kinds of jobs; a contribution is what somebody proposes for a sample.
func (SampleExchange) Kinds() []string { return []string{kindSample, kindContribution} }

// JobKeys are none: an id says it all.
func (SampleExchange) JobKeys() []string { return nil }

// CheckTarget refuses what the Sample Exchange has not.
func (s SampleExchange) CheckTarget(target *config.Target) error { return noDiscovery(s, target) }

// CheckJob wants an integer id.
func (SampleExchange) CheckJob(job *config.Job) error { return integerID(job) }

// Connect reads with the target's own credentials, Basic or Bearer.
func (SampleExchange) Connect(target *config.Target, upstream *Upstream) Reader {
	words := newVocabulary(map[State][]string{
		Pending:   {"NEW"},
		Running:   {"RUNNING"},
		Succeeded: {"FINISHED"},
	})
	return &sampleExchangeReader{upstream: upstream, words: words.with(target.States)}
}

type sampleExchangeReader struct {
	upstream *Upstream
	words    vocabulary
}

// Read reads GET /sampleExchange/v1/{samples|contributions}/async/{jobId}.
func (r *sampleExchangeReader) Read(ctx context.Context, job config.Job, last *Job) (*Job, error) {
	collection := "samples"
	if job.Kind == kindContribution {
		collection = "contributions"
	}
	path := "/sampleExchange/v1/" + collection + "/async/" + url.PathEscape(job.ID)
	return readStatus(ctx, r.upstream, path, last, func(body []byte) (*Job, error) {
		return decodeSampleJob(body, r.words)
	})
}

// sampleJobReply is the part of SampleJob that is exported. The sample's
// author, with a gitHubToken, its texts and the stackTrace are left out.
type sampleJobReply struct {
	State    string          `json:"state"`
	Created  moment          `json:"created"`
	Start    moment          `json:"start"`
	Finished moment          `json:"finished"`
	Progress number          `json:"progress"`
	Error    json.RawMessage `json:"error"`
	SampleID text            `json:"sampleId"`
	Sample   struct {
		Name text `json:"name"`
		Type text `json:"type"`
	} `json:"sample"`
}

func decodeSampleJob(body []byte, words vocabulary) (*Job, error) {
	var reply sampleJobReply
	if err := decode(body, &reply); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reply.State) == "" {
		return nil, errNoState
	}
	job := &Job{
		UpstreamState: reply.State,
		Progress:      reply.Progress.percentage(),
		Created:       reply.Created.Time,
		Started:       reply.Start.Time,
		Ended:         reply.Finished.Time,
	}
	message, failed := errorText(reply.Error)
	state, decided := words.meaning(reply.State)
	if state == Succeeded && failed && !decided {
		// There is no word for failed: it is FINISHED with an error.
		state = Failed
	}
	job.State = state
	job.Error = JobError{Message: message}
	job.Info = known(string(reply.SampleID), string(reply.Sample.Name), string(reply.Sample.Type))
	return job, nil
}
