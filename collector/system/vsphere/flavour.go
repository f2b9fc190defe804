package vsphere

import (
	"context"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// flavour is where one flavour of the API has what: /api since 7.0U2,
// /rest before and, deprecated, still after.
type flavour struct {
	// rest replies are wrapped in {"value": …}.
	rest  bool
	login string
	// content is the prefix of the content library's resources.
	content string
	// id stands before an identifier in a path.
	id string
}

// flavourNamed is a flavour by the name that the key vsphere.api has for it. A
// session's token has it in its Detail: only a login that works tells which it is.
func flavourNamed(name string) flavour {
	if name == apiRest {
		return flavour{rest: true, login: "/rest/com/vmware/cis/session", content: "/rest/com/vmware/content", id: "id:"}
	}
	return flavour{login: "/api/session", content: "/api/content"}
}

// get reads what request says for the flavour of the login that it is sent with.
func (r *reader) get(ctx context.Context, request func(flavour) upstream.Request, handle func(flavour, upstream.Reply) error) error {
	return r.upstream.GetWith(ctx, func(detail string) upstream.Request {
		return request(flavourNamed(detail))
	}, func(answer upstream.Reply) error {
		return handle(flavourNamed(answer.Detail), answer)
	})
}

func (f flavour) session(kind, id string) string {
	return f.content + "/library/item/" + kind + "-session/" + f.id + url.PathEscape(id)
}

// fileList is the request for a session's files: /rest spells the collection
// without a hyphen and wants the session in the query.
func (f flavour) fileList(kind, id string) upstream.Request {
	if f.rest {
		return upstream.Request{
			Operation: upstream.OperationFiles,
			Path:      f.content + "/library/item/" + kind + "session/file",
			Query:     url.Values{kind + "_session_id": {id}},
		}
	}
	return upstream.Request{Operation: upstream.OperationFiles, Path: f.session(kind, id) + "/file"}
}
