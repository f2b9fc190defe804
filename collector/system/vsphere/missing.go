package vsphere

import (
	"slices"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// missing tells the 404 of a session or an item that is not there from that of
// an API or a URL that is not there. Only the content library knows the first:
// its errors have message ids of their own, those of the endpoint before it are
// below com.vmware.vapi.rest.
func missing(r upstream.Request, body []byte) error {
	var answer struct {
		Type string `json:"type"`
		problemReply
		Value problemReply `json:"value"`
	}
	if decode.JSON(body, &answer) != nil {
		return upstream.NotFoundFailure(r.Name(), "check url and vsphere.api")
	}
	messages := slices.Concat(answer.Messages, answer.Value.Messages)
	switch notFound := strings.HasSuffix(answer.Type, ".not_found") || answer.ErrorType == "NOT_FOUND" || answer.Value.ErrorType == "NOT_FOUND"; {
	case !notFound:
		return upstream.NotFoundFailure(r.Name(), "check url and vsphere.api")
	case slices.ContainsFunc(messages, text.ofEndpoint):
		return upstream.NotFoundFailure(r.Name(), "this vCenter has no such operation, check vsphere.api")
	default:
		return job.ErrUnknown
	}
}

type problemReply struct {
	ErrorType string `json:"error_type"`
	Messages  []text `json:"messages"`
}

// ofEndpoint reports whether a message is of the endpoint that all requests go
// through, and not of the service that they are for.
func (t text) ofEndpoint() bool {
	id := string(t.ID)
	return strings.HasPrefix(id, "com.vmware.vapi.rest.") || strings.HasSuffix(id, "operationsForUrlNotFound") || strings.HasSuffix(id, "httpNotFound")
}
