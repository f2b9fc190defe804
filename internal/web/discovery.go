package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// targetGroup is one entry of Prometheus' HTTP service discovery.
// https://prometheus.io/docs/prometheus/latest/http_sd/
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// serviceDiscovery lists the targets, with ?by=job the jobs, or with ?by=shard
// the shards of all jobs, as scrape targets of this exporter's /probe. Jobs are
// listed by their upstreams, which counts as a scrape.
func (s *server) serviceDiscovery() http.Handler {
	byJob := s.scrapes(s.jobEntries)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		by := query["by"]
		switch {
		case len(by) == 0 || len(by) == 1 && by[0] == "target":
			s.targetEntries(w, r)
		case len(by) == 1 && by[0] == "job":
			byJob.ServeHTTP(w, r)
		case len(by) == 1 && by[0] == "shard":
			s.shardEntries(w, r, query)
		default:
			http.Error(w, `parameter "by" must be target, job or shard`, http.StatusBadRequest)
		}
	})
}

// shardEntries makes Prometheus probe all jobs, or those of one target, in parts.
func (s *server) shardEntries(w http.ResponseWriter, r *http.Request, query url.Values) {
	of, err := strconv.Atoi(query.Get("shards"))
	if err != nil || of < 1 || of > collector.MostShards || len(query["shards"]) != 1 {
		http.Error(w, fmt.Sprintf(`parameter "shards" must be a number from 1 to %d`, collector.MostShards), http.StatusBadRequest)
		return
	}
	target := query.Get("target")
	known := func(t collector.TargetStatus) bool { return t.Name == target }
	if query.Has("target") && !slices.ContainsFunc(s.Collector.Overview(r.Context()), known) {
		http.Error(w, unknownTarget, http.StatusNotFound)
		return
	}
	groups := make([]targetGroup, 0, of)
	for index := range of {
		shard := collector.Shard{Index: index, Of: of}.String()
		group := s.entry(r, "shard/"+shard)
		if target != "" {
			group = s.entry(r, target+"/shard/"+shard)
			group.Labels["__param_target"] = target
		}
		group.Labels["__param_shard"] = shard
		groups = append(groups, group)
	}
	s.writeGroups(w, groups)
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

// entry makes Prometheus probe something of this exporter. Its instance differs
// from those of all others, or Prometheus would take them for one.
func (s *server) entry(r *http.Request, of string) targetGroup {
	address := s.location.host(r)
	labels := map[string]string{
		"__metrics_path__": s.location.external.Path + "/probe",
		"instance":         address + "/" + of,
	}
	if scheme := s.location.scheme(r); scheme != "http" {
		labels["__scheme__"] = scheme
	}
	return targetGroup{Targets: []string{address}, Labels: labels}
}

// targetEntry makes Prometheus probe one target. The configured labels are
// already on all series: as labels of the scrape they would be renamed there.
// So they are offered to relabelling as __meta labels only.
func (s *server) targetEntry(r *http.Request, target collector.TargetStatus) targetGroup {
	group := s.entry(r, target.Name)
	labels := group.Labels
	labels["__param_target"] = target.Name
	labels["__meta_asyncjob_system"] = target.System
	labels["__meta_asyncjob_target"] = target.Name
	labels["__meta_asyncjob_target_jobs"] = strconv.Itoa(len(target.Jobs))
	addMeta(labels, target.Labels)
	return group
}

// jobEntry makes Prometheus probe one job.
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
