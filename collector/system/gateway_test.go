package system

import (
	"strings"
	"testing"
	"time"
)

// TestWhatGatewaysSayIsNoWordOnAJob has the answers of those that stand before
// APIs, or serve them, for a path that they do not know.
func TestWhatGatewaysSayIsNoWordOnAJob(t *testing.T) {
	for from, body := range map[string]string{
		"Kong":                       `{"message":"no Route matched with those values","request_id":"8f3a"}`,
		"Kong before 1.0":            `{"message":"no route and no API found with those values"}`,
		"AWS HTTP API":               `{"message":"Not Found"}`,
		"AWS REST API":               `{"message":"Missing Authentication Token"}`,
		"AWS without a message":      `{"message":null}`,
		"Spring Boot 2":              `{"timestamp":"2026-11-22T00:00:00.000+00:00","status":404,"error":"Not Found","message":"No message available","path":"/a"}`,
		"Spring Boot 3":              `{"timestamp":1795336200500,"status":404,"error":"Not Found","path":"/a","trace":"org.spring…"}`,
		"Spring Boot with problems":  `{"type":"about:blank","title":"Not Found","status":404,"detail":"No static resource a/b.","instance":"/a/b"}`,
		"Spring Cloud Gateway":       `{"timestamp":"2026-11-22","path":"/a","status":404,"error":"Not Found","message":null,"requestId":"5a-1"}`,
		"FastAPI":                    `{"detail":"Not Found"}`,
		"Django":                     `{"detail":"Not found."}`,
		"Envoy":                      `{"code":404,"message":"route_not_found","response_flags":"NR","path":"/a"}`,
		"Envoy as its manual has it": `{"status":404,"message":"","path":"/a"}`,
		"nginx's custom page":        `{"error":{"status":404,"message":"Not Found"}}`,
		"ingress-nginx":              `{"message":"The page you're looking for could not be found."}`,
		"default back end":           `{"error":"default backend - 404"}`,
		"GKE's default back end":     `{"message":"response 404 (backend NotFound), service rules for the path non-existent"}`,
		"Kubernetes' API server":     `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}`,
		"ASP.NET":                    `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-1"}`,
		"ASP.NET Web API":            `{"Message":"No HTTP resource was found that matches the request URI 'http://a/b'."}`,
		"Azure API Management":       `{ "statusCode": 404, "message": "Resource not found" }`,
		"Apigee":                     `{"fault":{"faultstring":"Unable to identify proxy for host: default and url: /a","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`,
		"Google's API gateway":       `{"message":"The current request is not defined by this API.","code":404}`,
		"Google's front end":         `{"error":{"code":404,"message":"Method not found.","status":"NOT_FOUND"}}`,
		"NestJS":                     `{"statusCode":404,"message":"Cannot GET /a","error":"Not Found"}`,
		"Fastify":                    `{"message":"Route GET:/a not found","error":"Not Found","statusCode":404}`,
		"Laravel":                    `{"message":"The route a/b could not be found."}`,
		"APISIX":                     `{"error_msg":"404 Route Not Found"}`,
		"Gravitee":                   `{"message":"No context-path matches the request URI.","http_status_code":404}`,
		"WSO2":                       `{"fault":{"code":900906,"message":"No matching resource found in the API for the given request"}}`,
		"Micronaut":                  `{"message":"Not Found","_links":{"self":{"href":"/a"}},"_embedded":{"errors":[{"message":"Page Not Found"}]}}`,
		"JSON:API":                   "\ufeff" + `{"errors":[{"status":"404","title":"Not Found"}]}`,
	} {
		if SaysUnknown([]byte(body)) || !IsGateways([]byte(body)) {
			t.Errorf("%s: %s is taken for a word on the job", from, body)
		}
	}
}

func TestWhatAnAPISaysOfItsJobsIsAWord(t *testing.T) {
	for _, body := range []string{
		`{"code":404,"type":"error","message":"Job 4799 not found"}`,
		`{"status":404,"title":"Entity Not Found","detail":"No machine image upload request with this id"}`,
		`{"error":"unknown job"}`,
		`{"error_type":"NOT_FOUND","messages":[]}`,
		`{"job":null,"message":"Not Found"}`,
		`{"code":"JOB_NOT_FOUND"}`,
		`{"error":{"code":"ResourceNotFound","message":"The upload 4711 was not found."}}`,
		`{"timestamp":1,"status":404,"error":"Not Found","message":"No async job 4711","path":"/a"}`,
		`{"detail":"Not Found","jobId":4711}`,
		"\ufeff" + `{"message":"no such upload request"}`,
		`{"message":"` + strings.Repeat("not found ", 10000) + `"}`,
	} {
		if !SaysUnknown([]byte(body)) {
			t.Errorf("%.80s is not taken for a word on the job", body)
		}
	}
	for _, body := range []string{``, `{}`, `null`, `[]`, `"Job 4711 not found"`, `404 page not found`, `<html>Job 4711 not found</html>`, `{"message":"Job`} {
		if SaysUnknown([]byte(body)) {
			t.Errorf("%s is taken for a word on the job", body)
		}
	}
}

// TestDeepAnswersTakeNoTime: whoever answers may write what he likes.
func TestDeepAnswersTakeNoTime(t *testing.T) {
	deep := `{"message":` + strings.Repeat(`[`, 9000) + `"` + strings.Repeat("x", 4<<20) + `"` + strings.Repeat(`]`, 9000) + `}`
	started := time.Now()
	SaysUnknown([]byte(deep))
	if took := time.Since(started); took > time.Second {
		t.Errorf("it took %s", took)
	}
}

func FuzzSaysUnknown(f *testing.F) {
	for _, body := range []string{`{"message":"Not Found"}`, `{"a":[{"b":"Job 1"}]}`, `{`, `{"a":404}`, "\ufeff{}"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if SaysUnknown(body) && IsGateways(body) {
			t.Errorf("%q is both", body)
		}
	})
}
