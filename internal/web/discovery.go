package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// targetGroup is one entry of Prometheus' HTTP service discovery.
// https://prometheus.io/docs/prometheus/latest/http_sd/
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// serviceDiscovery lists the targets, or with ?by=job the jobs, as scrape
// targets of this exporter's /probe.
func (s *server) serviceDiscovery(w http.ResponseWriter, r *http.Request) {
	byJob := false
	switch by := r.URL.Query()["by"]; {
	case len(by) == 0 || len(by) == 1 && by[0] == "target":
	case len(by) == 1 && by[0] == "job":
		byJob = true
	default:
		http.Error(w, `parameter "by" must be target or job`, http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Budget.of(r.Header))
	defer cancel()
	if byJob {
		s.Collector.Discover(ctx)
	}
	groups := []targetGroup{}
	for _, target := range s.Collector.Overview(ctx) {
		if !byJob {
			groups = append(groups, targetEntry(r, target))
			continue
		}
		for _, job := range target.Jobs {
			if job.Source != collector.SourceProbe {
				groups = append(groups, jobEntry(r, target, job))
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(groups); err != nil {
		s.Logger.Debug("answering service discovery", "err", err)
	}
}

// targetEntry makes Prometheus probe one target. The configured labels are
// already on all series: as labels of the scrape they would be renamed there.
// So they are offered to relabelling as __meta labels only.
func targetEntry(r *http.Request, target collector.TargetStatus) targetGroup {
	address := r.Host
	labels := map[string]string{
		"__metrics_path__":            "/probe",
		"__param_target":              target.Name,
		"instance":                    address + "/" + target.Name,
		"__meta_asyncjob_system":      target.System,
		"__meta_asyncjob_target":      target.Name,
		"__meta_asyncjob_target_jobs": strconv.Itoa(len(target.Jobs)),
	}
	if r.TLS != nil {
		labels["__scheme__"] = "https"
	}
	addMeta(labels, target.Labels)
	return targetGroup{Targets: []string{address}, Labels: labels}
}

// jobEntry makes Prometheus probe one job. Its instance differs from those of
// all others, or Prometheus would take them for one.
func jobEntry(r *http.Request, target collector.TargetStatus, status collector.JobStatus) targetGroup {
	group := targetEntry(r, target)
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
		labels["__meta_asyncjob_label_"+strings.ToLower(name)] = value
	}
}
