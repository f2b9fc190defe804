package web

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// unknownTarget also tells those who take a target for an address what it is.
const unknownTarget = "No target of this name is configured. A target is the name of one in the configuration, not a URL: /sd lists them."

// probeRequest is what /probe is asked for.
type probeRequest struct {
	// target may be empty where a shard is meant.
	target string
	// shard is nil where all jobs are meant.
	shard *collector.Shard
	// job is nil where all jobs of the target are meant.
	job   *config.Job
	debug bool
}

// parseProbe reads the parameters of /probe. Its errors name the parameter,
// never its value.
func parseProbe(query url.Values) (probeRequest, error) {
	values := map[string]string{}
	for _, name := range []string{"target", "job_id", "type", "kind", "path", "shard", "debug"} {
		given, present := query[name]
		switch {
		case len(given) > 1:
			return probeRequest{}, fmt.Errorf("parameter %q is given %d times", name, len(given))
		case present && given[0] == "":
			return probeRequest{}, fmt.Errorf("parameter %q is empty", name)
		case present:
			values[name] = given[0]
		}
	}
	asked := probeRequest{target: values["target"]}
	if word, ok := values["shard"]; ok {
		shard, err := collector.ParseShard(word)
		if err != nil {
			return probeRequest{}, fmt.Errorf(`parameter "shard" %w`, err)
		}
		asked.shard = &shard
	} else if asked.target == "" {
		return probeRequest{}, errors.New(`parameter "target" is missing: the name of a configured target`)
	}
	if word, ok := values["debug"]; ok {
		var err error
		if asked.debug, err = strconv.ParseBool(word); err != nil {
			return probeRequest{}, errors.New(`parameter "debug" must be true or false`)
		}
	}
	job := config.Job{ID: values["job_id"], Kind: values["kind"], Type: values["type"], Path: values["path"]}
	if job.ID != "" && asked.shard != nil {
		return probeRequest{}, errors.New(`parameters "job_id" and "shard" exclude each other`)
	}
	if job.ID != "" {
		asked.job = &job
	} else if job.Kind != "" || job.Type != "" || job.Path != "" {
		return probeRequest{}, errors.New(`parameter "job_id" is missing: kind, type and path are of one job`)
	}
	return asked, nil
}

// scrapeFor reads what is asked for.
func (s *server) scrapeFor(ctx context.Context, asked probeRequest) (*exposition.Exposition, error) {
	if asked.shard != nil {
		return s.Collector.ScrapeShard(ctx, *asked.shard, asked.target)
	}
	return s.Collector.ScrapeTarget(ctx, asked.target, asked.job)
}

// probe serves the jobs of one target, one of them, or those of a shard.
func (s *server) probe(w http.ResponseWriter, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		http.Error(w, "The query cannot be parsed.", http.StatusBadRequest)
		return
	}
	asked, err := parseProbe(query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Budget.of(r.Header))
	defer cancel()
	var trace *upstream.Trace
	if asked.debug { // such a probe reads its job whole, whatever is known of it
		ctx, trace = upstream.WithTrace(ctx, time.Now())
	}
	found, err := s.scrapeFor(ctx, asked)
	switch {
	case errors.Is(err, collector.ErrUnknownTarget):
		http.Error(w, unknownTarget, http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case asked.debug:
		writeDebug(w, trace, found.Families())
	default:
		s.asked.note(time.Now(), false)
		s.serveFamilies(w, r, nil, found)
	}
}

// writeDebug writes what the scrape did and what came of it, for people.
func writeDebug(w http.ResponseWriter, trace *upstream.Trace, families iter.Seq[*dto.MetricFamily]) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintf(w, "Upstream requests of this probe:\n\n%s\nMetrics:\n\n", trace)
	for family := range families {
		if _, err := expfmt.MetricFamilyToText(w, family); err != nil {
			return // the client went away
		}
	}
}
