package web_test

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// Whatever /probe is asked for, it answers 200, 400 or 404, and no request
// leaves the paths of the target's own API.
func FuzzProbeParameters(f *testing.F) {
	for _, target := range []string{"samples", "vcenter", "images", "content", "none"} {
		for _, seed := range []struct{ id, kind, contentType, path string }{
			{"1", "", "", ""},
			{"a:b", "download", "", ""},
			{"X", "", "Case Study", ""},
			{"X", "", "", "/content/management/api/v1.1/bulkItemsOperations/9F2"},
			{"..", "", "", ""},
			{"%2e%2e", "", "..", ""},
			{"a/../../b", "", "../..", "/content/api/../x"},
			{"a%2f..", "", "%2e%2e%2f", "/content/api/%2e%2e/x"},
			{"//", "", "//", "//example.com/api/x"},
			{"a?b=c", "", "T?x", "/content/api/x?y"},
			{"a#b", "", "T#x", "/content/api/x#y"},
			{"a\r\nX: y", "", "T\r\nHost: z", "/content/api/x\n"},
			{"a\x00", "", "T\x00", "/content/api/\x00"},
			{"a;b", "", "..;", "/content/api/..;/x"},
			{"\\..\\", "", "..\\", "/content/api/..\\x"},
			{"１", "", "Ｔ／", "/content/api/．．/x"},
			{"@example.com", "", "@example.com", "@example.com/api/x"},
			{"X", "operation", "", "/system/export/api/v1/exports/1"},
			{".", "", ".", "/content/api/./x"},
			{"a ", "", " ", "/content/api/ /x"},
		} {
			f.Add(target, seed.id, seed.kind, seed.contentType, seed.path)
		}
	}
	upstream := exportertest.NewUpstream(f, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`"session"`))
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
	})
	exporter := exportertest.Start(f, exportertest.Options{Config: strings.ReplaceAll(`
targets:
  - {name: samples, system: sample_exchange, url: URL/base}
  - {name: vcenter, system: vsphere, url: URL/base, basic_auth: {username: u, password: p}, vsphere: {api: api}}
  - {name: images, system: oracle_marketplace, url: URL/base, user_id: partner}
  - {name: content, system: oracle_content, url: URL/base}
`, "URL", upstream.URL)})
	f.Fuzz(func(t *testing.T, target, id, kind, contentType, statusPath string) {
		query := url.Values{"target": {target}}
		for name, value := range map[string]string{"job_id": id, "kind": kind, "type": contentType, "path": statusPath} {
			if value != "" {
				query.Set(name, value)
			}
		}
		upstream.Forget()
		reply, err := exporter.Try(t.Context(), http.MethodGet, "/probe?"+query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		switch reply.Status {
		case http.StatusOK:
			if _, err := exportertest.Parse(reply.Body); err != nil {
				t.Error(err)
			}
		case http.StatusBadRequest, http.StatusNotFound:
			if n := len(upstream.Arrivals()); n != 0 {
				t.Errorf("%d requests were sent for what was answered %d", n, reply.Status)
			}
		default:
			t.Errorf("answered %d %s", reply.Status, reply.Body)
		}
		for _, arrival := range upstream.Arrivals() {
			if problem := strayed(target, arrival.URI); problem != "" {
				t.Errorf("%s %s: %s", arrival.Method, arrival.URI, problem)
			}
		}
	})
}

// strayed says what is wrong with the URI of a request to a target; empty where
// it is one of its API's.
func strayed(target, uri string) string {
	allowed := map[string]*regexp.Regexp{
		"samples": regexp.MustCompile(`^/base/sampleExchange/v1/(samples|contributions)/async/\d+$`),
		"vcenter": regexp.MustCompile(`^/base/api/(session|content/library/item/(update|download)-session/[^/]+(/file)?)$`),
		"images":  regexp.MustCompile(`^/base/appstore/publisher/v1/machineimages/\d+$`),
		"content": regexp.MustCompile(`^/base/(content/management/api/v1\.1/types/[^/]+/updateType/\.status/[^/]+|[a-z]+(/[a-z]+)?/api/.+)$`),
	}
	location, err := url.ParseRequestURI(uri)
	switch {
	case err != nil:
		return err.Error()
	case !allowed[target].MatchString(location.EscapedPath()):
		return "is not of the target's API"
	case location.RawQuery != "" || location.Fragment != "" || location.Host != "":
		return "has more than a path"
	case strings.ContainsFunc(location.Path, unicode.IsControl):
		return "holds control characters"
	case path.Clean(location.Path) != location.Path || path.Clean(location.EscapedPath()) != location.EscapedPath():
		return "is not clean"
	}
	for segment := range strings.SplitSeq(location.EscapedPath(), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil || strings.ContainsAny(plain, `/\`) || plain == ".." || plain == "." {
			return "has a segment that servers may take for another: " + segment
		}
	}
	return ""
}
