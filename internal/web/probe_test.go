package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// probeOf is the request that Prometheus makes of the labels of an entry of /sd.
func probeOf(labels map[string]string) string {
	query := url.Values{}
	for name, value := range labels {
		if parameter, ok := strings.CutPrefix(name, "__param_"); ok {
			query.Set(parameter, value)
		}
	}
	return "/probe?" + query.Encode()
}

// probed is an exporter with one target a system, all on one upstream that
// knows every job.
func probed(t *testing.T) (*exportertest.Exporter, *exportertest.Upstream) {
	t.Helper()
	upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`"token-of-the-session"`))
		case strings.HasSuffix(r.URL.Path, "/file"):
			_, _ = w.Write([]byte(`[]`))
		default:
			_, _ = w.Write([]byte(`{"state":"RUNNING","statusName":"In Progress","progress":"processing"}`))
		}
	})
	return exportertest.Start(t, exportertest.Options{Config: strings.ReplaceAll(`
targets:
  - {name: samples, system: sample_exchange, url: URL/base, jobs: [{id: 1}, {id: 2, kind: contribution}]}
  - {name: vcenter, system: vsphere, url: URL/base, basic_auth: {username: u, password: p}, vsphere: {api: api}}
  - {name: images, system: oracle_marketplace, url: URL/base, user_id: partner}
  - {name: content, system: oracle_content, url: URL/base, jobs: [{type: T, id: I}]}
`, "URL", upstream.URL)}), upstream
}

// A parameter that is missing, repeated or malformed is 400, an unknown target
// 404, and neither sends anything.
func TestProbeParameters(t *testing.T) {
	exporter, upstream := probed(t)
	for query, want := range map[string]int{
		"":                                                             400,
		"target=":                                                      400,
		"target=none":                                                  404,
		"target=http://example.com/":                                   404,
		"target=samples&target=images":                                 400,
		"target=samples&job_id=":                                       400,
		"target=samples&job_id=1&job_id=2":                             400,
		"target=samples&job_id=abc":                                    400,
		"target=samples&job_id=-1":                                     400,
		"target=samples&job_id=01":                                     400,
		"target=samples&job_id=1.5":                                    400,
		"target=samples&job_id=1%00":                                   400,
		"target=samples&job_id=99999999999999999999":                   400,
		"target=samples&job_id=3&kind=nonsense":                        400,
		"target=samples&job_id=2&kind=sample":                          400, // the configured job of this id has another kind
		"target=samples&kind=contribution":                             400, // no job
		"target=samples&job_id=3&type=T":                               400,
		"target=samples&job_id=3&path=/x/api/y":                        400,
		"target=samples&job_id=3&kind=":                                400,
		"target=samples&debug=perhaps":                                 400,
		"target=samples&debug=true&debug=true":                         400,
		"target=samples;job_id=3":                                      400,
		"target=samples&job_id=%zz":                                    400,
		"target=vcenter&job_id=..":                                     400,
		"target=vcenter&job_id=a/b":                                    400,
		"target=vcenter&job_id=a%2Fb":                                  400,
		"target=vcenter&job_id=a%3Fb":                                  400,
		"target=vcenter&job_id=a%23b":                                  400,
		"target=vcenter&job_id=a%0Ab":                                  400,
		"target=vcenter&job_id=a&kind=sample":                          400,
		"target=images&job_id=x":                                       400,
		"target=content&job_id=X":                                      400, // neither type nor path
		"target=content&job_id=X&type=T&path=/content/api/x":           400,
		"target=content&job_id=X&type=..":                              400,
		"target=content&job_id=X&type=a/b":                             400,
		"target=content&job_id=X&path=http://example.com/":             400,
		"target=content&job_id=X&path=//example.com/api/x":             400,
		"target=content&job_id=X&path=/../api/x":                       400,
		"target=content&job_id=X&path=/content/api/../../x":            400,
		"target=content&job_id=X&path=/content/api/x%3Fy":              400,
		"target=content&job_id=X&path=/content/api/%2565":              400,
		"target=content&job_id=X&type=T&kind=operation":                400,
		"target=content&job_id=X&path=/content/api/x&kind=type_update": 400,
	} {
		reply := exporter.Get("/probe?" + query)
		if reply.Status != want {
			t.Errorf("/probe?%s: %d %s, want %d", query, reply.Status, strings.TrimSpace(reply.Body), want)
		}
	}
	if sent := upstream.Arrivals(); len(sent) != 0 {
		t.Errorf("%d requests were sent for what was refused, the first: %s %s", len(sent), sent[0].Method, sent[0].URI)
	}
}

// A probe shows the target and its jobs, or the target and the one job, and
// sends the request of the vendor's page for it.
func TestProbe(t *testing.T) {
	for _, asked := range []struct{ query, path, job, kind string }{
		{"target=samples&job_id=3", "/base/sampleExchange/v1/samples/async/3", "3", "sample"},
		{"target=samples&job_id=3&kind=contribution", "/base/sampleExchange/v1/contributions/async/3", "3", "contribution"},
		{"target=samples&job_id=2", "/base/sampleExchange/v1/contributions/async/2", "2", "contribution"},
		{"target=vcenter&job_id=a:b", "/base/api/content/library/item/update-session/a:b", "a:b", "update"},
		{"target=vcenter&job_id=a&kind=download", "/base/api/content/library/item/download-session/a", "a", "download"},
		{"target=images&job_id=7", "/base/appstore/publisher/v1/machineimages/7", "7", "machine_image"},
		{"target=content&job_id=X&type=Case+Study", "/base/content/management/api/v1.1/types/Case%20Study/updateType/.status/X", "X", "type_update"},
		{"target=content&job_id=X&type=100%25%3F%23", "/base/content/management/api/v1.1/types/100%25%3F%23/updateType/.status/X", "X", "type_update"},
		{
			"target=content&job_id=X&path=/content/management/api/v1.1/bulkItemsOperations/9F2",
			"/base/content/management/api/v1.1/bulkItemsOperations/9F2", "X", "operation",
		},
		{"target=content&job_id=I", "/base/content/management/api/v1.1/types/T/updateType/.status/I", "I", "type_update"},
	} {
		t.Run(asked.query, func(t *testing.T) {
			exporter, upstream := probed(t)
			e := exporter.Probe(asked.query, 10*time.Second)
			if n := len(e.Series("asyncjob_info")); n != 1 {
				t.Errorf("%d jobs are shown, want one", n)
			}
			if n := len(e.Series("asyncjob_info", "job_id", asked.job, "kind", asked.kind)); n != 1 {
				t.Errorf("the job is not shown as %s:\n%s", asked.kind, e.Text)
			}
			if up := e.Sum("asyncjob_up") + e.Sum("asyncjob_target_up"); up != 2 {
				t.Errorf("the job or its target is not up:\n%s", e.Text)
			}
			if upstream.Count(http.MethodGet, asked.path) != 1 {
				t.Errorf("the requests were %+v, want one of %s", upstream.Arrivals(), asked.path)
			}
		})
	}
}

// debug=true tells people what was asked and what came of it.
func TestProbeDebug(t *testing.T) {
	exporter, _ := probed(t)
	reply := exporter.Get("/probe?target=vcenter&job_id=a&debug=true")
	if contentType := reply.Header.Get("Content-Type"); !strings.HasPrefix(contentType, "text/plain") {
		t.Errorf("Content-Type is %q", contentType)
	}
	for _, want := range []string{"POST /api/session", "GET /api/content/library/item/update-session/a", "asyncjob_up{", "status 200"} {
		if !strings.Contains(reply.Body, want) {
			t.Errorf("the page does not show %q:\n%s", want, reply.Body)
		}
	}
	if strings.Contains(reply.Body, "token-of-the-session") {
		t.Errorf("the page shows the session:\n%s", reply.Body)
	}
}
