package collector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// OracleMarketplace is the publisher API of the Oracle Cloud Marketplace:
// upload requests of machine images.
// https://docs.oracle.com/en/cloud/marketplace/partner-portal/rest-api-publisher/
type OracleMarketplace struct{}

const (
	kindMachineImage = "machine_image"

	publisherPath     = "/appstore/publisher/v1"
	machineImagesPath = publisherPath + "/machineimages"
)

// Name is the value of the label "system".
func (OracleMarketplace) Name() string { return "oracle_marketplace" }

// DefaultURL is the host that Oracle's working examples use; some pages spell
// it with a dot for the dash.
func (OracleMarketplace) DefaultURL() string { return "https://ocm-apis-cloud.oracle.com" }

// Info describes asyncjob_oracle_machine_image_info.
func (OracleMarketplace) Info() InfoMetric {
	return InfoMetric{
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
func (OracleMarketplace) Options() any { return &MarketplaceOptions{} }

// Kinds of jobs: one.
func (OracleMarketplace) Kinds() []string { return []string{kindMachineImage} }

// JobKeys are none: an id says it all.
func (OracleMarketplace) JobKeys() []string { return nil }

// CheckTarget wants the user on whose behalf the account asks.
func (OracleMarketplace) CheckTarget(target *config.Target) error {
	if options, ok := target.Options.(*MarketplaceOptions); !ok || options.UserID == "" {
		return errors.New("user_id: is missing, it is sent as X-Oracle-UserId with every request")
	}
	return nil
}

// CheckJob wants an integer id.
func (OracleMarketplace) CheckJob(job *config.Job) error { return integerID(job) }

// Connect reads with a bearer token: a configured one, one by OAuth2, or one
// that basic_auth is exchanged for.
func (OracleMarketplace) Connect(target *config.Target, upstream *Upstream) Reader {
	words := newVocabulary(map[State][]string{
		Pending: {"INITIATED", "PENDING"},
		// "IN PROGESS" and "DELECTION FAILED" are how the vendor's page spells them.
		Running:   {"IN PROGRESS", "IN PROGESS", "VIRUS SCAN IN PROGRESS", "VIRUS SCAN IN PROGESS"},
		Succeeded: {"COMPLETED"},
		Failed:    {"FAILED", "REJECTED", "DELETION FAILED", "DELECTION FAILED"},
		Canceled:  {"DELETED"},
	})
	if options, ok := target.Options.(*MarketplaceOptions); ok {
		upstream.header.Set("X-Oracle-UserId", options.UserID)
	}
	reader := &marketplaceReader{upstream: upstream, words: words.with(target.States)}
	if target.HTTP.BasicAuth != nil {
		upstream.useSession("Authorization", "Bearer ", reader.exchange, nil)
	}
	return reader
}

type marketplaceReader struct {
	upstream *Upstream
	words    vocabulary
}

// exchange gets a bearer token for the client's id and secret:
// GET /appstore/publisher/v1/authenticate.
func (r *marketplaceReader) exchange(ctx context.Context) (token, error) {
	var got token
	login := request{path: publisherPath + "/authenticate"}
	err := r.upstream.logIn(ctx, login, func(answer reply) error {
		var grant struct {
			AccessToken string `json:"access_token"`
			ExpiresIn   number `json:"expires_in"`
		}
		if err := decode(answer.body, &grant); err != nil {
			return decodeFailure(login.path, err)
		}
		if grant.AccessToken == "" {
			return decodeFailure(login.path, errors.New("the answer holds no access_token"))
		}
		got.value = grant.AccessToken
		if seconds := grant.ExpiresIn.value; seconds != nil && *seconds > 0 && *seconds < maxTokenSeconds {
			got.ends = r.upstream.now().Add(time.Duration(*seconds * float64(time.Second)))
		}
		return nil
	})
	return got, err
}

// maxTokenSeconds is a life of a token, ten years, beyond which expires_in is
// taken for nonsense.
const maxTokenSeconds = 10 * 365 * 24 * 3600

// Read reads GET /appstore/publisher/v1/machineimages/{uploadRequestId}.
func (r *marketplaceReader) Read(ctx context.Context, job config.Job, last *Job) (*Job, error) {
	path := machineImagesPath + "/" + url.PathEscape(job.ID)
	return readStatus(ctx, r.upstream, path, last, func(body []byte) (*Job, error) {
		return decodeMachineImage(body, r.words)
	})
}

// machineImageReply is the exported part of MachineImageUploadRequest. Left
// out: paths and checksums of the file, who created it, and the overwrite flags.
type machineImageReply struct {
	UploadRequestID  text   `json:"uploadRequestId"`
	Application      text   `json:"application"`
	Version          text   `json:"version"`
	OperatingSystem  text   `json:"operatingSystem"`
	FileName         text   `json:"fileName"`
	StatusName       string `json:"statusName"`
	UploadedChunks   number `json:"uploadedChunks"`
	PendingChunks    number `json:"pendingChunks"`
	CreatedDate      moment `json:"createdDate"`
	LastModifiedDate moment `json:"lastModifiedDate"`
	DataCenters      []struct {
		DataCenterName    text    `json:"dataCenterName"`
		StatusName        string  `json:"statusName"`
		UploadProgress    percent `json:"uploadProgress"`
		Region            text    `json:"region"`
		LastUpdatedDate   moment  `json:"lastUpdatedDate"`
		ReplicaDataCenter flag    `json:"replicaDataCenter"`
	} `json:"dataCenterImageUploadRequests"`
}

func decodeMachineImage(body []byte, words vocabulary) (*Job, error) {
	var reply machineImageReply
	if err := decode(body, &reply); err != nil {
		return nil, err
	}
	if strings.TrimSpace(reply.StatusName) == "" {
		return nil, errNoState
	}
	job := &Job{
		UpstreamState: reply.StatusName,
		Created:       reply.CreatedDate.Time,
		LastUpdate:    reply.LastModifiedDate.Time,
		Info: known(
			string(reply.Application), string(reply.Version), string(reply.OperatingSystem), string(reply.FileName),
		),
	}
	job.State, _ = words.meaning(reply.StatusName)
	job.Chunks, job.Progress = chunks(reply.UploadedChunks, reply.PendingChunks)
	if reply.DataCenters != nil {
		job.DataCenters = make([]DataCenter, 0, len(reply.DataCenters))
	}
	for _, dataCenter := range reply.DataCenters {
		job.DataCenters = append(job.DataCenters, DataCenter{
			Name:       string(dataCenter.DataCenterName),
			Region:     string(dataCenter.Region),
			Replica:    dataCenter.ReplicaDataCenter.value,
			State:      words.partMeaning(dataCenter.StatusName, dataCenterStates()),
			Progress:   dataCenter.UploadProgress.ratio,
			LastUpdate: dataCenter.LastUpdatedDate.Time,
		})
	}
	return job, nil
}

// chunks are the counts of chunks, and the ratio of uploaded ones where there
// is any chunk at all.
func chunks(uploaded, pending number) (*Chunks, *float64) {
	counts := &Chunks{Uploaded: uploaded.count(), Pending: pending.count()}
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
func (r *marketplaceReader) List(ctx context.Context, endedAfter time.Time) ([]config.Job, error) {
	var jobs []config.Job
	for page := range listMaxPages {
		items, err := r.listPage(ctx, page*listPageSize)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			state, _ := r.words.meaning(item.StatusName)
			job := config.Job{ID: string(item.UploadRequestID), Kind: kindMachineImage}
			ended := state.Final() && !item.LastModifiedDate.IsZero() && item.LastModifiedDate.Before(endedAfter)
			if !ended && integerID(&job) == nil {
				jobs = append(jobs, job)
			}
		}
		if len(items) < listPageSize {
			break
		}
	}
	return jobs, nil
}

func (r *marketplaceReader) listPage(ctx context.Context, offset int) ([]machineImageReply, error) {
	list := request{operation: OperationList, path: machineImagesPath, query: url.Values{
		"limit":     {strconv.Itoa(listPageSize)},
		"offset":    {strconv.Itoa(offset)},
		"orderby":   {"LASTUPDATEDATE"},
		"sortorder": {"DESC"},
	}}
	var items []machineImageReply
	err := r.upstream.get(ctx, list, func(answer reply) error {
		if answer.missing() {
			return notFoundFailure(list.name(), "check url")
		}
		var err error
		if items, err = decodeMachineImageList(answer.body); err != nil {
			return decodeFailure(list.name(), err)
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
	if err := decode(body, &page); err != nil {
		return nil, err
	}
	if page.Items == nil && !isJSONError(body) {
		return nil, errors.New("the reply is not a list")
	}
	items := make([]machineImageReply, 0, len(page.Items))
	for _, item := range page.Items {
		var wrapped struct {
			MachineImageUploadRequest *machineImageReply `json:"MachineImageUploadRequest"`
			machineImageReply
		}
		if err := decode(item, &wrapped); err != nil {
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
