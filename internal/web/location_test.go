package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// link is what a page leads to.
func links(page string) []string {
	var found []string
	for _, match := range regexp.MustCompile(`(?:href|action)="([^"#]+)"`).FindAllStringSubmatch(page, -1) {
		if address := strings.ReplaceAll(match[1], "&amp;", "&"); !strings.Contains(address, "://") && !strings.Contains(address, "debug/pprof/profile") {
			found = append(found, address)
		}
	}
	return found
}

// proxy hands what is below a prefix to the exporter, without the prefix where
// it strips.
func proxy(t *testing.T, exporter *exportertest.Exporter, prefix string, strips bool) string {
	t.Helper()
	upstream, err := url.Parse(exporter.URL)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(upstream) }}
	if strips {
		handler = http.StripPrefix(prefix, handler)
	}
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + prefix
}

// However a proxy shows the exporter, all that its pages lead to is there.
func TestLinksHoldBehindAProxy(t *testing.T) {
	for name, test := range map[string]struct {
		options exportertest.Options
		strips  bool
	}{
		"a proxy that strips its prefix, which nobody told the exporter": {exportertest.Options{}, true},
		"a proxy that strips its prefix":                                 {exportertest.Options{ExternalURL: "http://mon.example.com/asyncjob", RoutePrefix: "/"}, true},
		"a proxy that strips nothing":                                    {exportertest.Options{ExternalURL: "http://mon.example.com/asyncjob/"}, false},
		"a prefix of the routes alone":                                   {exportertest.Options{RoutePrefix: "/asyncjob"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.options.EnablePprof = true
			outside := proxy(t, demo(t, test.options), "/asyncjob", test.strips)
			for _, page := range []string{"/", "/jobs", "/jobs/"} {
				base, body := visit(t, outside+page)
				found := links(body)
				if len(found) < 4 {
					t.Errorf("%s has only the links %q", page, found)
				}
				for _, link := range found[:min(len(found), 15)] {
					to, err := base.Parse(link)
					if err != nil {
						t.Fatal(err)
					}
					visit(t, to.String())
				}
			}
		})
	}
}

// visit follows redirects, and returns where they ended and the page there.
func visit(t *testing.T, address string) (*url.URL, string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body strings.Builder
	if err := response.Write(&body); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s leads to %s: %s %v", address, response.Request.URL, response.Status, err)
	}
	return response.Request.URL, body.String()
}

// With a prefix the endpoints are below it and nowhere else; the root leads there.
func TestRoutePrefix(t *testing.T) {
	exporter := demo(t, exportertest.Options{ExternalURL: "https://mon.example.com/asyncjob"})
	for path, want := range map[string]int{
		"/asyncjob/metrics": 200, "/asyncjob/-/healthy": 200, "/asyncjob/jobs": 200, "/asyncjob/": 200,
		"/metrics": 404, "/-/healthy": 404, "/jobs": 404,
	} {
		if reply := exporter.Get(path); reply.Status != want {
			t.Errorf("GET %s: %d, want %d", path, reply.Status, want)
		}
	}
	root, err := http.NewRequestWithContext(t.Context(), http.MethodGet, exporter.URL+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(root)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusFound || response.Header.Get("Location") != "/asyncjob/" {
		t.Errorf("/ leads to %s %q", response.Status, response.Header.Get("Location"))
	}
}

// Service discovery sends Prometheus to where it can reach the exporter.
func TestServiceDiscoveryBehindAProxy(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{})
	for external, want := range map[string][]string{
		"https://mon.example.com/asyncjob/": {`"targets":["mon.example.com"]`, `"__metrics_path__":"/asyncjob/probe"`, `"__scheme__":"https"`},
		"http://mon.example.com:8080":       {`"targets":["mon.example.com:8080"]`, `"__metrics_path__":"/probe"`},
		"/asyncjob":                         {`"targets":["127.0.0.1:`, `"__metrics_path__":"/asyncjob/probe"`},
	} {
		exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), ExternalURL: external, RoutePrefix: "/"})
		for _, query := range []string{"", "?by=job"} {
			reply := exporter.Get("/sd" + query)
			for _, part := range want {
				if !strings.Contains(reply.Body, part) {
					t.Errorf("--web.external-url=%s: /sd%s has no %s:\n%.300s", external, query, part, reply.Body)
				}
			}
			if strings.Contains(reply.Body, "__scheme__") != strings.HasPrefix(external, "https") {
				t.Errorf("--web.external-url=%s: /sd%s has another scheme:\n%.300s", external, query, reply.Body)
			}
		}
	}
}
