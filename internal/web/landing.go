package web

import (
	"net/http"

	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
)

// landingPage links to all endpoints. Its links are relative: they hold behind
// a proxy that puts a prefix before them.
func (s *server) landingPage() (http.Handler, error) {
	profiling := "false"
	if s.EnablePprof {
		profiling = "true"
	}
	const here = "./"
	page, err := toolkit.NewLandingPage(toolkit.LandingConfig{
		RoutePrefix: here,
		Name:        "asyncjob_exporter",
		Description: "Prometheus exporter for long-running asynchronous jobs on other systems",
		Version:     version.Info(),
		Profiling:   profiling,
		Form:        toolkit.LandingForm{},
		Links: []toolkit.LandingLinks{
			{Address: s.MetricsPath, Text: "Metrics", Description: "the exporter's own, and all configured and discovered jobs"},
			{Address: "/jobs", Text: "Jobs", Description: "the jobs as a page for people"},
			{Address: "/api/v1/jobs", Text: "Jobs as JSON", Description: "for programs; with target and job_id one of them"},
			{Address: "/api/v1/targets", Text: "Targets as JSON"},
			{Address: "/sd", Text: "Service discovery by target", Description: "for http_sd_configs; /sd?by=job lists jobs"},
			{Address: "/sd?by=job", Text: "Service discovery by job"},
			{Address: "/config", Text: "Configuration", Description: "as it is in force, without secrets"},
			{Address: "/-/healthy", Text: "Health"},
			{Address: "/-/ready", Text: "Readiness"},
		},
	})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.Clone(r.Context())
		at.URL.Path = here // the page answers no other path than its prefix
		page.ServeHTTP(w, at)
	}), nil
}
