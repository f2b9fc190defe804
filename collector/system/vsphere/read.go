package vsphere

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Read reads a session and its files, both or nothing.
func (r *reader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	found, err := r.readSession(ctx, asked)
	if errors.Is(err, job.ErrUnknown) {
		return r.concluded(ctx, asked, last)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session: %w", err)
	}
	if err := r.readFiles(ctx, asked, found); err != nil {
		return nil, fmt.Errorf("reading the session's files: %w", err)
	}
	r.name(ctx, asked, found, last)
	return found, nil
}

func (r *reader) readSession(ctx context.Context, asked config.Job) (*job.Job, error) {
	var found *job.Job
	err := r.get(ctx, func(f flavour) upstream.Request {
		return upstream.Request{Operation: upstream.OperationStatus, Path: f.session(asked.Kind, asked.ID)}
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return missing(answer.Request, answer.Body)
		}
		var err error
		if found, err = decodeSession(answer.Body, f.rest, r.sessions); err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		return nil
	})
	return found, err
}

func (r *reader) readFiles(ctx context.Context, asked config.Job, into *job.Job) error {
	return r.get(ctx, func(f flavour) upstream.Request {
		return f.fileList(asked.Kind, asked.ID)
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return upstream.NotFoundFailure(answer.Request.Name(), "the session may have ended this moment")
		}
		files, err := decodeFiles(answer.Body, f.rest, r.files)
		if err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		into.Files = files
		return nil
	})
}

// concluded finds out how a session ended that is not there any more. Where it
// was final, or never read, there is nothing to find out.
func (r *reader) concluded(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	switch {
	case last == nil || last.State.Final():
		return nil, job.ErrUnknown
	case asked.Kind == kindDownload && transferredWhole(last.Files):
		// Nobody needs the session any more: that it was left to expire is no failure.
		return job.Vanished(last, job.Gone), nil
	case asked.Kind == kindUpdate && itemOf(last) != "":
		return r.completed(ctx, last)
	default:
		return nil, job.ErrUnknown
	}
}

// completed finds out whether an update session was completed: clients often
// delete a session right after that, and then the content version of its
// library item has moved on.
func (r *reader) completed(ctx context.Context, last *job.Job) (*job.Job, error) {
	item, before := itemOf(last), last.Info[1]
	now, err := r.item(ctx, item)
	switch failure := (*upstream.Failure)(nil); {
	case errors.Is(err, job.ErrUnknown): // deleted with its item
		return nil, job.ErrUnknown
	case errors.As(err, &failure) && failure.Reason == job.ReasonForbidden: // not for us
		return nil, job.ErrUnknown
	case err != nil:
		return nil, fmt.Errorf("reading the library item of the vanished session: %w", err)
	case !movedOn(before, string(now.ContentVersion)):
		return nil, job.ErrUnknown
	default:
		return job.Vanished(last, job.Succeeded), nil
	}
}

// transferredWhole reports whether there are files, and all of them were
// transferred to their ends.
func transferredWhole(files []job.File) bool {
	for _, file := range files {
		if file.SizeBytes == nil || file.TransferredBytes == nil || *file.TransferredBytes < *file.SizeBytes {
			return false
		}
	}
	return len(files) > 0
}

// itemReply is the used part of a library item.
type itemReply struct {
	Name           decode.Text `json:"name"`
	ContentVersion decode.Text `json:"content_version"`
}

// item reads a library item. The error is job.ErrUnknown where the vCenter says
// that there is no such item.
func (r *reader) item(ctx context.Context, id string) (itemReply, error) {
	if system.OpaqueID(&config.Job{ID: id}) != nil {
		return itemReply{}, upstream.DecodeFailure("library_item_id", errors.New("is not the id of an item"))
	}
	var found itemReply
	err := r.get(ctx, func(f flavour) upstream.Request {
		return upstream.Request{Operation: upstream.OperationItem, Path: f.content + "/library/item/" + f.id + url.PathEscape(id)}
	}, func(f flavour, answer upstream.Reply) error {
		if answer.Missing() {
			return missing(answer.Request, answer.Body)
		}
		if err := decodeVAPI(answer.Body, f.rest, &found); err != nil {
			return upstream.DecodeFailure(answer.Request.Name(), err)
		}
		return nil
	})
	return found, err
}
