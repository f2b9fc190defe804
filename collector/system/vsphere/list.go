package vsphere

import (
	"context"
	"errors"
	"fmt"
	"time"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// mostSessions bounds what is taken from one list.
const mostSessions = 10_000

// Noun is what a vCenter calls what it lists.
func (r *reader) Noun() string { return "sessions" }

// List lists the update and download sessions of the logged-in user: a vCenter
// shows nobody else's. The two lists want different privileges: where one is
// refused, the other counts.
func (r *reader) List(ctx context.Context, _ time.Time) (system.Listing, error) {
	var (
		listing  system.Listing
		problems []error
	)
	for _, kind := range []string{kindUpdate, kindDownload} {
		ids, err := r.listSessions(ctx, kind)
		if err != nil {
			problems = append(problems, fmt.Errorf("listing %s sessions: %w", kind, err))
			if upstream.FailureOf(err).Scope != upstream.ScopeJob {
				break
			}
		}
		if len(ids) > mostSessions {
			ids, listing.Cut = ids[:mostSessions], true
		}
		for _, id := range ids {
			listing.Jobs = append(listing.Jobs, system.Listed{Job: config.Job{ID: id, Kind: kind, Listed: true}})
		}
	}
	listing.Cut = listing.Cut || len(problems) > 0
	return listing, errors.Join(problems...)
}

func (r *reader) listSessions(ctx context.Context, kind string) ([]string, error) {
	var ids []string
	err := r.get(ctx, func(f flavour) upstream.Request {
		return upstream.Request{Operation: upstream.OperationList, Path: f.content + "/library/item/" + kind + "-session"}
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(answer.Request.Name(), "check url and vsphere.api")
		}
		var err error
		if ids, err = decodeIDs(answer.Body, f.rest); err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		return nil
	})
	return ids, err
}

// decodeIDs reads a list of ids. Those that no session has are left out.
func decodeIDs(body []byte, rest bool) ([]string, error) {
	var elements []json.RawMessage
	if err := decodeVAPI(body, rest, &elements); err != nil {
		return nil, err
	}
	if elements == nil && !isNull(body, rest) {
		return nil, errors.New("the reply is not a list of sessions")
	}
	var ids []string
	for _, element := range elements {
		var id decode.Text
		if err := id.UnmarshalJSON(element); err == nil && system.OpaqueID(&config.Job{ID: string(id)}) == nil {
			ids = append(ids, string(id))
		}
	}
	if len(elements) > 0 && len(ids) == 0 {
		return nil, errors.New("none of the list's elements is the id of a session")
	}
	return ids, nil
}
