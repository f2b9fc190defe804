// Package oraclemarketplace reads uploads of machine images to the Oracle Cloud Marketplace.
package oraclemarketplace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// System is the publisher API of the Oracle Cloud Marketplace:
// upload requests of machine images.
// https://docs.oracle.com/en/cloud/marketplace/partner-portal/rest-api-publisher/
type System struct{}

const (
	kindMachineImage = "machine_image"

	publisherPath     = "/appstore/publisher/v1"
	machineImagesPath = publisherPath + "/machineimages"
)

// Name is the value of the label "system".
func (System) Name() string { return "oracle_marketplace" }

// DefaultURL is the host that Oracle's working examples use; some pages spell
// it with a dot for the dash.
func (System) DefaultURL() string { return "https://ocm-apis-cloud.oracle.com" }

// Info describes asyncjob_oracle_machine_image_info.
func (System) Info() job.InfoMetric {
	return job.InfoMetric{
		Name:   "asyncjob_oracle_machine_image_info",
		Help:   "The machine image that is uploaded (application, version, operatingSystem and fileName), always 1.",
		Labels: []string{"application", "version", "operating_system", "file_name"},
	}
}

// MarketplaceOptions are the keys of a target of the marketplace.
type MarketplaceOptions struct {
	// UserID is the user on whose behalf the account asks, sent as X-Oracle-UserId.
	UserID string `yaml:"user_id"`
}

// Options are MarketplaceOptions.
func (System) Options() any { return &MarketplaceOptions{} }

// Kinds of jobs: one.
func (System) Kinds() []string { return []string{kindMachineImage} }

// JobKeys are none: an id says it all.
func (System) JobKeys() []string { return nil }

// CheckTarget wants the user on whose behalf the account asks.
func (System) CheckTarget(target *config.Target) error {
	var missing error
	if options, ok := target.Options.(*MarketplaceOptions); !ok || options.UserID == "" {
		missing = errors.New("user_id: is missing, it is sent as X-Oracle-UserId with every request: the publisher's e-mail address")
	}
	return errors.Join(missing, system.NoPath(target, "/appstore/"))
}

// CheckJob wants an integer id.
func (System) CheckJob(job *config.Job) error { return system.IntegerID(job) }

// Definition is empty: the system is written in Go.
func (System) Definition() string { return "" }

// Connect reads with a bearer token: a configured one, one by OAuth2, or one
// that basic_auth is exchanged for.
func (System) Connect(target *config.Target, client *upstream.Client) system.Reader {
	if options, ok := target.Options.(*MarketplaceOptions); ok {
		client.Header.Set("X-Oracle-UserId", options.UserID)
	}
	reader := &reader{upstream: client, words: builtInWords().With(target.States)}
	if target.HTTP.BasicAuth != nil {
		client.UseLogin(upstream.Login{
			Name:  "oracle_marketplace",
			LogIn: exchange,
			Header: func(token upstream.Token) http.Header {
				return http.Header{"Authorization": {"Bearer " + token.Value}}
			},
		})
	}
	return reader
}

// builtInWords are the vendor's words for states, of images and of their data centres.
func builtInWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending: {"INITIATED", "PENDING"},
		// "IN PROGESS" and "DELECTION FAILED" are how the vendor's page spells them.
		job.Running:   {"IN PROGRESS", "IN PROGESS", "VIRUS SCAN IN PROGRESS", "VIRUS SCAN IN PROGESS"},
		job.Succeeded: {"COMPLETED"},
		job.Failed:    {"FAILED", "REJECTED", "DELETION FAILED", "DELECTION FAILED"},
		job.Canceled:  {"DELETED"},
	})
}

type reader struct {
	upstream *upstream.Client
	words    job.Vocabulary
}

// exchange gets a bearer token for the client's id and secret:
// GET /appstore/publisher/v1/authenticate.
func exchange(ctx context.Context, asking *upstream.Asking) (upstream.Token, error) {
	var got upstream.Token
	login := upstream.Request{Path: publisherPath + "/authenticate"}
	err := asking.Send(ctx, login, func(answer upstream.Reply) error {
		var err error
		if got, err = upstream.ReadGrant(answer.Body, asking.Started); err != nil {
			return upstream.DecodeFailure(login.Path, err)
		}
		return nil
	})
	return got, err
}

// Read reads GET /appstore/publisher/v1/machineimages/{uploadRequestId}.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	path := machineImagesPath + "/" + url.PathEscape(asked.ID)
	return system.ReadStatus(ctx, r.upstream, path, last, func(body []byte) (*job.Job, error) {
		return decodeMachineImage(body, r.words)
	})
}

// machineImageReply is the exported part of MachineImageUploadRequest. Left
// out: paths and checksums of the file, who created it, and the overwrite flags.
type machineImageReply struct {
	UploadRequestID  decode.Text   `json:"uploadRequestId"`
	Application      decode.Text   `json:"application"`
	Version          decode.Text   `json:"version"`
	OperatingSystem  decode.Text   `json:"operatingSystem"`
	FileName         decode.Text   `json:"fileName"`
	StatusName       string        `json:"statusName"`
	UploadedChunks   decode.Number `json:"uploadedChunks"`
	PendingChunks    decode.Number `json:"pendingChunks"`
	CreatedDate      decode.Moment `json:"createdDate"`
	LastModifiedDate decode.Moment `json:"lastModifiedDate"`
	DataCenters      []struct {
		DataCenterName    decode.Text    `json:"dataCenterName"`
		StatusName        string         `json:"statusName"`
		UploadProgress    decode.Percent `json:"uploadProgress"`
		Region            decode.Text    `json:"region"`
		LastUpdatedDate   decode.Moment  `json:"lastUpdatedDate"`
		ReplicaDataCenter decode.Flag    `json:"replicaDataCenter"`
	} `json:"dataCenterImageUploadRequests"`
}

func decodeMachineImage(body []byte, words job.Vocabulary) (*job.Job, error) {
	var reply machineImageReply
	if err := decode.JSON(body, &reply); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reply.StatusName) == "" {
		return nil, decode.ErrNoState
	}
	decoded := &job.Job{
		UpstreamState: reply.StatusName,
		Created:       reply.CreatedDate.Time,
		LastUpdate:    reply.LastModifiedDate.Time,
		Info: decode.Labels(
			string(reply.Application), string(reply.Version), string(reply.OperatingSystem), string(reply.FileName),
		),
	}
	decoded.State, _ = words.Meaning(reply.StatusName)
	decoded.Chunks, decoded.Progress = chunks(reply.UploadedChunks, reply.PendingChunks)
	if reply.DataCenters != nil {
		decoded.DataCenters = make([]job.DataCenter, 0, len(reply.DataCenters))
	}
	for _, dataCenter := range reply.DataCenters {
		decoded.DataCenters = append(decoded.DataCenters, job.DataCenter{
			Name:       string(dataCenter.DataCenterName),
			Region:     string(dataCenter.Region),
			Replica:    dataCenter.ReplicaDataCenter.Value,
			State:      words.PartMeaning(dataCenter.StatusName, job.DataCenterStates()),
			Progress:   dataCenter.UploadProgress.Ratio,
			LastUpdate: dataCenter.LastUpdatedDate.Time,
		})
	}
	return decoded, nil
}

// chunks are the counts of chunks, and the ratio of uploaded ones where there
// is any chunk at all.
func chunks(uploaded, pending decode.Number) (*job.Chunks, *float64) {
	counts := &job.Chunks{Uploaded: uploaded.Count(), Pending: pending.Count()}
	if counts.Uploaded == nil && counts.Pending == nil {
		return nil, nil
	}
	if counts.Uploaded == nil || counts.Pending == nil || *counts.Uploaded+*counts.Pending == 0 {
		return counts, nil
	}
	ratio := *counts.Uploaded / (*counts.Uploaded + *counts.Pending)
	return counts, &ratio
}

const (
	listPageSize = 100 // the most that the API gives
	listMaxPages = 200
)

// List pages through GET /appstore/publisher/v1/machineimages. The replies are
// not filtered by the server: its filter's words are spelled differently on
// every page of the vendor's.
func (r *reader) List(ctx context.Context, endedAfter time.Time) (system.Listing, error) {
	var listing system.Listing
	for page := range listMaxPages {
		items, err := r.listPage(ctx, page*listPageSize)
		if err != nil {
			return system.Listing{}, err
		}
		for _, item := range items {
			state, _ := r.words.Meaning(item.StatusName)
			job := config.Job{ID: string(item.UploadRequestID), Kind: kindMachineImage}
			ended := state.Final() && !item.LastModifiedDate.IsZero() && item.LastModifiedDate.Before(endedAfter)
			if !ended && system.IntegerID(&job) == nil {
				listing.Jobs = append(listing.Jobs, system.Listed{Job: job})
			}
		}
		if len(items) < listPageSize {
			break
		}
	}
	return listing, nil
}

func (r *reader) listPage(ctx context.Context, offset int) ([]machineImageReply, error) {
	list := upstream.Request{Operation: upstream.OperationList, Path: machineImagesPath, Query: url.Values{
		"limit":     {strconv.Itoa(listPageSize)},
		"offset":    {strconv.Itoa(offset)},
		"orderby":   {"LASTUPDATEDATE"},
		"sortorder": {"DESC"},
	}}
	var items []machineImageReply
	err := r.upstream.Get(ctx, list, func(answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(list.Name(), "check url")
		}
		var err error
		if items, err = decodeMachineImageList(answer.Body); err != nil {
			return upstream.DecodeFailure(list.Name(), err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing machine images: %w", err)
	}
	return items, nil
}

// decodeMachineImageList reads one page. Other lists of the same API wrap each
// item in an object with the name of its type; the vendor's page does not show
// whether this one does.
func decodeMachineImageList(body []byte) ([]machineImageReply, error) {
	var page struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := decode.JSON(body, &page); err != nil {
		return nil, err
	}
	if page.Items == nil && !decode.IsObject(body) {
		return nil, errors.New("the reply is not a list")
	}
	items := make([]machineImageReply, 0, len(page.Items))
	for _, item := range page.Items {
		var wrapped struct {
			MachineImageUploadRequest *machineImageReply `json:"MachineImageUploadRequest"`
			machineImageReply
		}
		if err := decode.JSON(item, &wrapped); err != nil {
			return nil, err
		}
		if wrapped.MachineImageUploadRequest != nil {
			items = append(items, *wrapped.MachineImageUploadRequest)
		} else {
			items = append(items, wrapped.machineImageReply)
		}
	}
	return items, nil
}
