package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// serveFloor is the least that anybody who reads these jobs has to do: each
// GET of /round fetches and decodes all replies over kept-alive connections, from
// each target no more at once than its max_concurrency.
func serveFloor(ctx context.Context, configPath, address string) error {
	found, err := findUpstreams(ctx, configPath)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: mostParallel(found), DisableCompression: true}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /round", func(w http.ResponseWriter, r *http.Request) {
		if err := readOnce(r.Context(), client, found); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// mostParallel is how many calls are made at once, at most, of any target.
func mostParallel(found *upstreams) int {
	most := 0
	for _, t := range found.targets {
		most = max(most, t.parallel)
	}
	return most
}

func readOnce(ctx context.Context, client *http.Client, found *upstreams) error {
	failures := make(chan error)
	workers := 0
	for _, t := range found.targets {
		queue := make(chan call, len(t.calls))
		for _, c := range t.calls {
			queue <- c
		}
		close(queue)
		for range t.parallel {
			workers++
			go func() { failures <- fetchAll(ctx, client, queue, found.headers) }()
		}
	}
	var all error
	for range workers {
		all = errors.Join(all, <-failures)
	}
	return all
}

// fetchAll makes the calls of a queue and returns the last failure.
func fetchAll(ctx context.Context, client *http.Client, queue <-chan call, headers map[string]http.Header) error {
	var failure error
	for c := range queue {
		if err := fetch(ctx, client, c, headers[c.module]); err != nil {
			failure = err
		}
	}
	return failure
}

func fetch(ctx context.Context, client *http.Client, c call, header http.Header) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, http.NoBody)
	if err != nil {
		return err
	}
	request.Header = header.Clone()
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", c.url, response.Status)
	}
	return json.Unmarshal(body, replyOf(c.module))
}

// replyOf is a struct with the fields of a system's reply that matter.
func replyOf(module string) any {
	switch module {
	case "sample_exchange":
		return &struct {
			State, Created, Start, Finished, Error string
			Progress                               float64
			SampleID                               int64 `json:"sampleId"`
			Sample                                 struct{ Name, Type string }
		}{}
	case "vsphere":
		return &struct {
			State          string
			Item           string    `json:"library_item_id"`
			ContentVersion string    `json:"library_item_content_version"`
			Expiration     time.Time `json:"expiration_time"`
			Progress       float64   `json:"client_progress"`
		}{}
	case "vsphere_files":
		return &[]struct {
			Name, Status     string
			Size             float64
			SourceType       string  `json:"source_type"`
			BytesTransferred float64 `json:"bytes_transferred"`
		}{}
	case "oracle_marketplace":
		return &struct {
			Application, Version, OperatingSystem, FileName, StatusName string
			CreatedDate, LastModifiedDate                               time.Time
			UploadedChunks, PendingChunks                               float64
			DataCenters                                                 []struct {
				DataCenterName, StatusName, UploadProgress, Region string
				LastUpdatedDate                                    time.Time
				ReplicaDataCenter                                  bool
			} `json:"dataCenterImageUploadRequests"`
		}{}
	default:
		return &struct {
			Progress, Message   string
			CompletedPercentage float64
			Result              struct {
				Status struct{ Code int }
				Body   struct{ Name, ID, TypeCategory string }
			}
		}{}
	}
}
