package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// targetGroup is one entry of Prometheus' HTTP service discovery.
// https://prometheus.io/docs/prometheus/latest/http_sd/
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// serviceDiscovery lists the targets, or with ?by=job the jobs, as scrape
// targets of this exporter's /probe. Jobs are listed by their upstreams, which
// counts as a scrape.
func (s *server) serviceDiscovery() http.Handler {
	byJob := s.scrapes(s.jobEntries)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch by := r.URL.Query()["by"]; {
		case len(by) == 0 || len(by) == 1 && by[0] == "target":
			s.targetEntries(w, r)
		case len(by) == 1 && by[0] == "job":
			byJob.ServeHTTP(w, r)
		default:
			http.Error(w, `parameter "by" must be target or job`, http.StatusBadRequest)
		}
	})
}

func (s *server) targetEntries(w http.ResponseWriter, r *http.Request) {
	groups := []targetGroup{}
	for _, target := range s.Collector.Overview(r.Context()) {
		groups = append(groups, s.targetEntry(r, target))
	}
	s.writeGroups(w, groups)
}

func (s *server) jobEntries(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Budget.of(r.Header))
	defer cancel()
	s.Collector.Discover(ctx)
	groups := []targetGroup{}
	for _, target := range s.Collector.Overview(ctx) {
		for _, job := range target.Jobs {
			if job.Source != collector.SourceProbe && !job.Retired {
				groups = append(groups, s.jobEntry(r, target, job))
			}
		}
	}
	s.writeGroups(w, groups)
}

func (s *server) writeGroups(w http.ResponseWriter, groups []targetGroup) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(groups); err != nil {
		s.Logger.Debug("answering service discovery", "err", err)
	}
}

// targetEntry makes Prometheus probe one target. The configured labels are
// already on all series: as labels of the scrape they would be renamed there.
// So they are offered to relabelling as __meta labels only.
func (s *server) targetEntry(r *http.Request, target collector.TargetStatus) targetGroup {
	address := s.location.host(r)
	labels := map[string]string{
		"__metrics_path__":            s.location.external.Path + "/probe",
		"__param_target":              target.Name,
		"instance":                    address + "/" + target.Name,
		"__meta_asyncjob_system":      target.System,
		"__meta_asyncjob_target":      target.Name,
		"__meta_asyncjob_target_jobs": strconv.Itoa(len(target.Jobs)),
	}
	if scheme := s.location.scheme(r); scheme != "http" {
		labels["__scheme__"] = scheme
	}
	addMeta(labels, target.Labels)
	return targetGroup{Targets: []string{address}, Labels: labels}
}

// jobEntry makes Prometheus probe one job. Its instance differs from those of
// all others, or Prometheus would take them for one.
func (s *server) jobEntry(r *http.Request, target collector.TargetStatus, status collector.JobStatus) targetGroup {
	group := s.targetEntry(r, target)
	delete(group.Labels, "__meta_asyncjob_target_jobs")
	labels, job := group.Labels, status.Job
	labels["instance"] += "/" + job.ID
	labels["__meta_asyncjob_source"] = string(status.Source)
	labels["__meta_asyncjob_job_name"] = job.Name
	for name, value := range map[string]string{"job_id": job.ID, "kind": job.Kind, "type": job.Type, "path": job.Path} {
		if value != "" {
			labels["__param_"+name] = value
			labels["__meta_asyncjob_"+name] = value
		}
	}
	addMeta(labels, status.Labels)
	return group
}

func addMeta(labels, configured map[string]string) {
	for name, value := range configured {
		labels["__meta_asyncjob_label_"+name] = value
	}
}
