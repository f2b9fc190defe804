package config

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// jobURLPoller asks one URL for its list of jobs, again and again.
type jobURLPoller struct {
	settings JobURL
	name     string // settings.URL as it may be shown
	timeout  time.Duration
	reader   jobReader
	asked    chan struct{} // closed after the first request
	first    sync.Once

	// The rest is for the poller's own goroutine.
	client   *http.Client
	secrets  string // the digest of those that the client was made of
	etag     string
	modified string
	digest   [sha256.Size]byte // of the body understood last
	// restsUntil is until when the server asked to be left alone; zero: it did not.
	restsUntil time.Time

	mutex sync.Mutex
	jobs  []Job // the last good list
	err   error
}

func newJobURLPoller(settings JobURL, timeout time.Duration, reader jobReader) *jobURLPoller {
	return &jobURLPoller{settings: settings, name: publicURL(settings.URL), timeout: timeout, reader: reader, asked: make(chan struct{})}
}

// follow takes over the last good list of another poller of the same URL.
func (p *jobURLPoller) follow(other *jobURLPoller) {
	if p.settings.URL.String() != other.settings.URL.String() {
		return
	}
	source := other.source()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.jobs, p.err = source.jobs, source.err
}

func (p *jobURLPoller) source() jobSource {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return jobSource{name: p.name, jobs: p.jobs, err: p.err}
}

// run polls until the context ends, and calls changed whenever something did.
func (p *jobURLPoller) run(ctx context.Context, changed func()) {
	for ctx.Err() == nil {
		if p.poll(ctx) {
			changed()
		}
		p.first.Do(func() { close(p.asked) })
		pause := time.NewTimer(p.pause(time.Now()))
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
		pause.Stop()
	}
	if p.client != nil {
		p.client.CloseIdleConnections()
	}
}

// pause is the time to the next request.
func (p *jobURLPoller) pause(now time.Time) time.Duration {
	return max(p.settings.RefreshInterval, p.restsUntil.Sub(now))
}

// poll asks once, and tells whether the outcome is another than before.
func (p *jobURLPoller) poll(ctx context.Context) (changed bool) {
	bounded, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	jobs, unchanged, err := p.fetch(bounded)
	if ctx.Err() != nil { // the end of the program is no failure of the URL
		return false
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if err != nil {
		if !strings.HasPrefix(err.Error(), p.name) { // problems in the list have it on each line
			err = fmt.Errorf("%s: %w", p.name, err)
		}
		changed = errorText(p.err) != err.Error()
		p.err = err
		return changed
	}
	changed = !unchanged || p.err != nil
	if !unchanged {
		p.jobs = jobs
	}
	p.err = nil
	return changed
}

// fetch sends a request and reads the list in its answer. unchanged tells that
// the list is the one that was understood last.
func (p *jobURLPoller) fetch(ctx context.Context) (jobs []Job, unchanged bool, err error) {
	p.restsUntil = time.Time{}
	if err := p.connect(); err != nil {
		return nil, false, err
	}
	answer, err := p.ask(ctx, p.etag, p.modified)
	if err == nil && answer.refusesCondition() && p.etag+p.modified != "" {
		answer, err = p.ask(ctx, "", "")
	}
	if err != nil {
		return nil, false, err
	}
	if answer.status == http.StatusNotModified && p.etag+p.modified != "" {
		return nil, true, nil
	}
	p.restsUntil = answer.restsUntil(time.Now())
	if answer.status/100 != 2 {
		return nil, false, answer.refusal(p.restsUntil)
	}
	digest := sha256.Sum256(answer.body)
	if digest != p.digest {
		if jobs, err = p.parse(ctx, answer); err != nil {
			return nil, false, err
		}
	}
	unchanged = digest == p.digest
	p.digest, p.etag, p.modified = digest, answer.header.Get("ETag"), answer.header.Get("Last-Modified")
	return jobs, unchanged, nil
}

// connect makes a client where there is none with the secrets as they are now.
func (p *jobURLPoller) connect() error {
	http, secrets, err := withSecrets(p.settings.HTTP)
	if err != nil {
		return err
	}
	if p.client != nil && secrets == p.secrets {
		return nil
	}
	client, err := promconfig.NewClientFromConfig(http, "job_urls")
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	if http.FollowRedirects {
		client.CheckRedirect = sameOrigin
	}
	if p.client != nil {
		p.client.CloseIdleConnections()
	}
	p.client, p.secrets = client, secrets
	return nil
}

// sameOrigin follows a redirect only to where the credentials may go.
func sameOrigin(request *http.Request, via []*http.Request) error {
	const most = 5
	first := via[0].URL
	if request.URL.Scheme != first.Scheme || request.URL.Host != first.Host || len(via) > most {
		return http.ErrUseLastResponse
	}
	return nil
}

// ask sends one request and reads its answer.
func (p *jobURLPoller) ask(ctx context.Context, etag, modified string) (*listAnswer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.settings.URL.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("the url cannot be asked")
	}
	request.Header.Set("Accept", "application/json, application/yaml;q=0.9, */*;q=0.8")
	request.Header.Set("User-Agent", "asyncjob_exporter")
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	if modified != "" {
		request.Header.Set("If-Modified-Since", modified)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxJobListBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", withoutURL(err))
	}
	if len(body) > maxJobListBytes {
		return nil, fmt.Errorf("the answer is larger than %s", byteSize(maxJobListBytes))
	}
	location, _ := response.Location() // an error: there is none
	return &listAnswer{status: response.StatusCode, header: response.Header, location: location, body: body}, nil
}

// withoutURL is an error of the HTTP client without URLs, whose queries may be
// secret, and without what a token URL answered.
func withoutURL(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	if text := err.Error(); strings.Contains(text, "oauth2: ") && !strings.Contains(text, "dial ") {
		return errors.New("the token URL gave no token" + tokenRefusal(text))
	}
	for inner := (*url.Error)(nil); errors.As(err, &inner); {
		err = inner.Err
	}
	return err
}

// tokenRefusal finds the status, or the code of RFC 6749, in the library's error,
// which quotes the answer.
func tokenRefusal(text string) string {
	code := regexp.MustCompile(`cannot fetch token: (\d{3})|oauth2: "(invalid_[a-z]+|unauthorized_client|unsupported_grant_type|access_denied)"`).FindStringSubmatch(text)
	if code == nil {
		return ""
	}
	return ": " + code[1] + code[2]
}

// parse reads the list in an answer.
func (p *jobURLPoller) parse(ctx context.Context, answer *listAnswer) ([]Job, error) {
	body := answer.body
	kind, _, _ := mime.ParseMediaType(answer.header.Get("Content-Type"))
	if kind == "text/html" {
		return nil, errors.New("answered a page of HTML, not a list of jobs: is a login missing?")
	}
	isJSON := strings.HasSuffix(kind, "json") || isJSONName(p.settings.URL.Path)
	if p.settings.Items != nil {
		found, err := p.settings.Items(ctx, WithoutMark(body))
		if err != nil {
			return nil, fmt.Errorf("items: %w", err)
		}
		body, isJSON = found, json.Valid(found)
	}
	return parseJobs(body, p.name, isJSON, p.reader)
}
