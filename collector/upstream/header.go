package upstream

import (
	"maps"
	"net/http"

	"github.com/prometheus/common/version"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// credentials are what requests carry that nobody else may: the configured ones, or
// those of a token.
type credentials struct{ header http.Header }

// commonHeaders are what all requests of a target with the same credentials carry.
// Most carry nothing else, so that it is made once for all of them, and never changed.
type commonHeaders struct {
	account     *account
	credentials *credentials
	header      http.Header
}

// header is all headers of a request, which must not be changed.
func (c *Client) header(account *account, r Request) http.Header {
	var header http.Header
	if r.Base != nil {
		header = merged(plainHeader(), r.credentials.carried())
	} else {
		header = c.commonHeader(account, r.credentials)
	}
	header = merged(header, r.Header)
	return merged(header, conditions(r.Validators))
}

// commonHeader are the headers of all requests to the target's URL.
func (c *Client) commonHeader(account *account, credentials *credentials) http.Header {
	last := c.common.Load()
	if last == nil || last.account != account || last.credentials != credentials {
		header := merged(merged(c.Header, account.as.headers), credentials.carried())
		last = &commonHeaders{account: account, credentials: credentials, header: header}
		c.common.Store(last)
	}
	return last.header
}

func (c *credentials) carried() http.Header {
	if c == nil {
		return nil
	}
	return c.header
}

// plainHeader is what the requests of all targets carry.
func plainHeader() http.Header {
	return http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "User-Agent": {version.ComponentUserAgent("asyncjob_exporter")},
	}
}

// conditions ask for an answer only where something has changed since.
func conditions(since job.Validators) http.Header {
	if (since == job.Validators{}) {
		return nil
	}
	header := http.Header{}
	if since.Etag != "" {
		header.Set("If-None-Match", since.Etag)
	}
	if since.LastModified != "" {
		header.Set("If-Modified-Since", since.LastModified)
	}
	return header
}

// merged are two headers in one; neither is changed, and either may be returned.
func merged(base, over http.Header) http.Header {
	switch {
	case len(over) == 0:
		return base
	case len(base) == 0:
		return over
	default:
		both := maps.Clone(base)
		maps.Copy(both, over)
		return both
	}
}
