package oraclemarketplace

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
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

// listNewest asks for the newest uploads, as many pages as hold only new ones, or
// whole ones that are under way: a page is one request, and each of them another. A
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
		onlyNew := added == len(found.uploads)
		allSeen := offset >= len(r.uploads.known)
		if !onlyNew && (allSeen || !r.saves(found)) || r.upstream.Now().Sub(startedAt) >= walkFor {
			return nil
		}
	}
	return nil
}

// saves reports whether a page said all of several uploads that are under way. The
// newest come first: where a page has none of these the next one has hardly any.
func (r *reader) saves(p page) bool {
	underWay := 0
	for _, upload := range p.uploads {
		if state, _ := r.words.Meaning(string(upload.Status)); upload.whole != nil && !state.Final() {
			underWay++
		}
	}
	return underWay > 1
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
		found := r.read(upload)
		upload.whole = nil // the next list says it anew
		if !ended {
			listing.Jobs = append(listing.Jobs, system.Listed{
				Job:   config.Job{ID: string(upload.ID), Kind: kindMachineImage, Listed: true},
				Found: found,
			})
		}
	}
	listing.Cut = !r.uploads.whole()
	return listing
}

// read is an upload that this list has said all of, as its own resource would; nil
// where it has not.
func (r *reader) read(upload *knownUpload) *job.Job {
	if upload.whole == nil {
		return nil
	}
	found, err := decodeMachineImage(upload.whole, r.words)
	if err != nil {
		return nil // then its own resource is asked
	}
	return found
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
