package oraclemarketplace

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

const (
	// pageSize is the most that the API gives.
	pageSize = 100
	// walkFor is how long one listing goes on with a walk: the next one takes it
	// up where this one left it.
	walkFor = 1500 * time.Millisecond
)

// List asks GET /appstore/publisher/v1/machineimages for the newest uploads, and
// goes on with the walk through all of them where one is due. The replies are
// not filtered by the server: its filter's words are spelled differently on
// every page of the vendor's.
func (r *reader) List(ctx context.Context, endedAfter time.Time) (system.Listing, error) {
	r.uploads.mu.Lock()
	defer r.uploads.mu.Unlock()
	r.uploads.beginWalk(r.upstream.Now())
	err := r.listNewest(ctx)
	if err == nil {
		err = r.goOn(ctx)
	}
	listing := r.listed(endedAfter)
	listing.Cut = listing.Cut || err != nil
	return listing, err
}

// listNewest asks for the newest uploads, as many pages as hold only new ones. A
// walk that has just begun will come by them anyway; where the pages reach to the
// end of the list they are one.
func (r *reader) listNewest(ctx context.Context) error {
	if r.uploads.walk.underWay && r.uploads.walk.next == 0 {
		return nil
	}
	var (
		offset    int
		newest    []page
		startedAt = r.upstream.Now()
	)
	for range mostPages {
		found, err := r.listPage(ctx, offset)
		if err != nil {
			return err
		}
		newest = append(newest, found)
		offset += found.received
		added := r.uploads.see(found, r.upstream.Now())
		if !found.more(offset, r.uploads.largest) {
			r.uploads.walked(newest, startedAt, r.upstream.Now())
			return nil
		}
		if added < len(found.uploads) {
			return nil
		}
	}
	return nil
}

// goOn goes on with the walk under way.
func (r *reader) goOn(ctx context.Context) error {
	started := r.upstream.Now()
	for r.uploads.walk.underWay {
		page, err := r.listPage(ctx, r.uploads.walk.next)
		if err != nil {
			return err
		}
		now := r.upstream.Now()
		r.uploads.step(page, now)
		if now.Sub(started) >= walkFor {
			return nil
		}
	}
	return nil
}

// listed are the jobs of all known uploads but those that ended too long ago.
func (r *reader) listed(endedAfter time.Time) system.Listing {
	var listing system.Listing
	for _, upload := range r.uploads.newestFirst() {
		state, _ := r.words.Meaning(string(upload.Status))
		ended := state.Final() && !upload.Modified.IsZero() && upload.Modified.Before(endedAfter)
		if !ended {
			listing.Jobs = append(listing.Jobs, system.Listed{Job: config.Job{ID: string(upload.ID), Kind: kindMachineImage, Listed: true}})
		}
	}
	listing.Cut = !r.uploads.whole()
	return listing
}

func (r *reader) listPage(ctx context.Context, offset int) (page, error) {
	list := upstream.Request{Operation: upstream.OperationList, Path: machineImagesPath, Query: url.Values{
		"limit":     {strconv.Itoa(pageSize)},
		"offset":    {strconv.Itoa(offset)},
		"orderby":   {"LASTUPDATEDATE"},
		"sortorder": {"DESC"},
	}}
	var found page
	err := r.upstream.Get(ctx, list, func(answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(list.Name(), "check url")
		}
		var err error
		if found, err = decodePage(answer.Body); err != nil {
			return upstream.DecodeFailure(list.Name(), err)
		}
		return nil
	})
	if err != nil {
		return page{}, fmt.Errorf("listing machine images: %w", err)
	}
	return found, nil
}
