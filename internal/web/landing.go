package web

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

//go:embed landing.css
var landingCSS string

// landing is the page at the root: how many jobs there are, and where all
// endpoints are.
func (s *server) landing(w http.ResponseWriter, r *http.Request) {
	const here = "./" // all links are relative: they hold behind any proxy
	page, err := toolkit.NewLandingPage(toolkit.LandingConfig{
		RoutePrefix: here,
		CSS:         landingCSS,
		Name:        "asyncjob_exporter",
		Description: "Prometheus exporter for long-running asynchronous jobs on other systems",
		Version:     version.Info(),
		Profiling:   fmt.Sprint(s.EnablePprof),
		Form:        toolkit.LandingForm{},
		Links:       s.links(),
		ExtraHTML:   countsHTML(s.Collector.Overview(r.Context()), s.moment()),
	})
	if err != nil {
		s.Logger.Error("making the landing page", "err", err)
		http.Error(w, "The landing page cannot be shown, see the log.", http.StatusInternalServerError)
		return
	}
	at := r.Clone(r.Context())
	at.URL.Path = here // the page answers no other path than its prefix
	page.ServeHTTP(w, at)
}

func (s *server) links() []toolkit.LandingLinks {
	return []toolkit.LandingLinks{
		{Address: "/jobs", Text: "Jobs", Description: "the jobs as a page for people"},
		{Address: s.MetricsPath, Text: "Metrics", Description: "the exporter's own, and all configured and discovered jobs"},
		{Address: "/api/v1/jobs", Text: "Jobs as JSON", Description: "for programs; with target and job_id one of them"},
		{Address: "/api/v1/targets", Text: "Targets as JSON"},
		{Address: "/sd", Text: "Service discovery by target", Description: "for http_sd_configs"},
		{Address: "/sd?by=shard&shards=16", Text: "Service discovery by shard", Description: "all jobs in 16 parts"},
		{Address: "/sd?by=job", Text: "Service discovery by job"},
		{Address: "/config", Text: "Configuration", Description: "as it is in force, without secrets"},
		{Address: "/-/healthy", Text: "Health"},
		{Address: "/-/ready", Text: "Readiness"},
	}
}

// countsHTML says how many jobs and targets there are. It holds numbers and the
// exporter's own words only: the page escapes nothing.
func countsHTML(targets []collector.TargetStatus, moment shown.Moment) string {
	selected := shown.Select(targets, shown.Filter{}, moment)
	down := 0
	for i := range targets {
		if !targets[i].LastRead.IsZero() && !targets[i].Up {
			down++
		}
	}
	counts := []string{fmt.Sprintf(`<a href="./jobs?attention=true">%d need attention</a>`, selected.NeedAttention)}
	for _, state := range shown.States() {
		if number := selected.ByState[state]; number > 0 {
			counts = append(counts, fmt.Sprintf(`<a href="./jobs?%s">%d %s</a>`, url.Values{"state": {state}}.Encode(), number, state))
		}
	}
	return fmt.Sprintf(`<p class="counts">%d jobs: %s. %d targets, %d of them down.</p>`, selected.Known, strings.Join(counts, ", "), len(targets), down)
}
