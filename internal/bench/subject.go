package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// subject is one program that reads all jobs when asked to.
type subject struct {
	name    string
	process *process
	// urls are what Prometheus asks for in one scrape.
	urls []string
	// metrics is the exporter's own page.
	metrics string
	cpu     []time.Duration
	wall    []time.Duration
	// bytes of the last scrape's answers, as sent.
	bytes int64
}

// round measures some scrapes.
func (s *subject) round(ctx context.Context, scrapes int) error {
	before, err := s.process.cpu()
	if err != nil {
		return err
	}
	var wall time.Duration
	for range scrapes {
		took, err := s.scrape(ctx, scrapeTimeout)
		if err != nil {
			return err
		}
		wall += took
	}
	after, err := s.process.cpu()
	if err != nil {
		return err
	}
	s.cpu = append(s.cpu, (after-before)/time.Duration(scrapes))
	s.wall = append(s.wall, wall/time.Duration(scrapes))
	return nil
}

const (
	// scrapeTimeout is what Prometheus waits for where nobody says otherwise, and
	// firstTimeout is for the first read of very many jobs.
	scrapeTimeout = 10 * time.Second
	firstTimeout  = 5 * time.Minute
)

// scrape asks for all URLs as Prometheus does that waits so long.
func (s *subject) scrape(ctx context.Context, timeout time.Duration) (time.Duration, error) {
	started := time.Now()
	queue := make(chan string, len(s.urls))
	for _, url := range s.urls {
		queue <- url
	}
	close(queue)
	type result struct {
		bytes int64
		err   error
	}
	workers := min(scrapers, len(s.urls))
	results := make(chan result, workers)
	for range workers {
		go func() {
			var r result
			for url := range queue {
				size, err := get(ctx, url, timeout)
				r.bytes += size
				r.err = errors.Join(r.err, err)
			}
			results <- r
		}()
	}
	s.bytes = 0
	var failed error
	for range workers {
		r := <-results
		s.bytes += r.bytes
		failed = errors.Join(failed, r.err)
	}
	if failed != nil {
		return 0, fmt.Errorf("scraping the %s: %.300s", s.name, failed.Error())
	}
	return time.Since(started), nil
}

func get(ctx context.Context, url string, timeout time.Duration) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4")
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", strconv.FormatFloat(timeout.Seconds(), 'f', -1, 64))
	asked := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if took := time.Since(asked); err == nil && took > timeout*9/10 {
		err = fmt.Errorf("%s took %s: something will have been left out", url, took)
	}
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", url, response.Status)
	}
	return size, err
}
