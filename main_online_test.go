package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// --config.check --config.online says in a line what each target answers, logs out
// again, and fails where one does not work.
func TestConfigCheckOnline(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{Jobs: 40}})
	path := write(t, "a.yml", simulated.Config())
	var out, errOut terminal
	if err := run(t.Context(), []string{"--config.check", "--config.online", "--config.file=" + path}, nil, &out, &errOut); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{
		"vcenter-demo: login accepted, 10 sessions listed\n", "marketplace-demo: login accepted, 10 jobs listed\n",
		"is running\n", " is valid.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not print %q:\n%s", want, out.String())
		}
	}
	if open := simulated.OpenSessions(); open != 0 {
		t.Errorf("%d sessions are open afterwards", open)
	}
	t.Run("job URLs", func(t *testing.T) {
		lists := exportertest.NewUpstream(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/jobs.json" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			_, _ = w.Write([]byte(`[{"id": 1}, {"id": 2}]`))
		})
		samples := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"state":"RUNNING"}`)) })
		for list, want := range map[string]string{"jobs.json": "2 jobs", "missing.json": ""} {
			path := write(t, "c.yml", "targets:\n  - {name: samples, system: sample_exchange, url: "+samples.URL+", jobs: [{id: 9}], job_urls: [{url: '"+lists.URL+"/"+list+"'}]}\n")
			var out, errOut terminal
			err := run(t.Context(), []string{"--config.check", "--config.online", "--config.file=" + path}, nil, &out, &errOut)
			if (err == nil) != (want != "") || !strings.Contains(out.String(), want) || !strings.Contains(out.String(), "job \"9\" is running") {
				t.Errorf("%s: %v\n%s", list, err, out.String())
			}
		}
	})
	t.Run("a target that refuses", func(t *testing.T) {
		refusing := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		path := write(t, "b.yml", "targets:\n  - {name: refusing, system: vsphere, url: "+refusing.URL+", basic_auth: {username: u, password: canary-password}, jobs: [{id: a}]}\n")
		var out, errOut terminal
		err := run(t.Context(), []string{"--config.check", "--config.online", "--config.file=" + path}, nil, &out, &errOut)
		if err == nil || !strings.Contains(out.String(), "refusing: ") || !strings.Contains(out.String(), "refused at") {
			t.Errorf("%v\n%s", err, out.String())
		}
		if strings.Contains(out.String()+errOut.String(), "canary-password") {
			t.Error("the password is shown")
		}
	})
}
