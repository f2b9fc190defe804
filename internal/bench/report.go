package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// report prints one row.
func report(ctx context.Context, s scenario, subjects []*subject) error {
	exporter := subjects[0]
	requests, err := requestsPerScrape(ctx, exporter)
	if err != nil {
		return err
	}
	memory, err := exporter.process.peakMemory()
	if err != nil {
		return err
	}
	perThousand := func(of *subject) string {
		return fmt.Sprintf("%.3f s", median(of.cpu).Seconds()*1000/float64(s.jobs))
	}
	cells := []string{
		s.name, strconv.Itoa(requests), perThousand(exporter), fmt.Sprintf("%.2f s", median(exporter.wall).Seconds()),
		fmt.Sprintf("%.0f MiB", memory), fmt.Sprintf("%.0f kB", float64(exporter.bytes)/1000), "", "", "", "",
	}
	for i, other := range subjects[1:] {
		cells[6+2*i] = perThousand(other)
		cells[7+2*i] = fmt.Sprintf("%.3f", median(exporter.cpu).Seconds()/median(other.cpu).Seconds())
	}
	fmt.Println("| " + strings.Join(cells, " | ") + " |")
	return nil
}

// requestsPerScrape counts what one more scrape sends to the upstreams.
func requestsPerScrape(ctx context.Context, exporter *subject) (int, error) {
	before, err := requestsSent(ctx, exporter.metrics)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(exporter.urls, exporter.metrics) { // which then scrapes nothing itself
		if _, err := exporter.scrape(ctx, scrapeTimeout); err != nil {
			return 0, err
		}
	}
	after, err := requestsSent(ctx, exporter.metrics)
	return after - before, err
}

// requestsSent scrapes, which sends requests, and reads the counters.
func requestsSent(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, "asyncjob_exporter_upstream_requests_total{") {
			fields := strings.Fields(line)
			value, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			if err != nil {
				return 0, err
			}
			sum += value
		}
	}
	return int(sum), nil
}

func median(of []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
