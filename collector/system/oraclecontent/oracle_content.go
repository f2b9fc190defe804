// Package oraclecontent reads jobs of Oracle Content Management.
package oraclecontent

import (
	"context"
	"fmt"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
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

// Definition is empty: the system is written in Go.
func (System) Definition() string { return "" }

// Connect reads with a bearer token, usually by OAuth2.
func (System) Connect(target *config.Target, client *upstream.Client) system.Reader {
	return &reader{client: client, words: builtInWords().With(target.States)}
}

type reader struct {
	client *upstream.Client
	words  job.Vocabulary
}

// Read reads GET /content/management/api/v1.1/types/{name}/updateType/.status/{statusId},
// or the job's own path.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	path, query, err := statusOf(asked)
	if err != nil {
		return nil, fmt.Errorf("the path of job %s: %w", asked.ID, err)
	}
	status := system.Status{
		Path: path, Query: query, SaysUnknown: saysUnknown,
		Decode: func(body []byte) (*job.Job, error) {
			decoded, err := decodeStatus(body, asked.Kind, r.words)
			if decoded != nil {
				decoded.Name = job.Label(asked.Type)
			}
			return decoded, err
		},
	}
	return status.Read(ctx, r.client, last)
}

// statusOf is where the status of a job is.
func statusOf(asked config.Job) (path string, query url.Values, err error) {
	if asked.Path == "" {
		return fmt.Sprintf("/content/management/api/v1.1/types/%s/updateType/.status/%s", url.PathEscape(asked.Type), url.PathEscape(asked.ID)), nil, nil
	}
	return splitPath(asked.Path)
}
