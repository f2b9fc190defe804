package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

const form = "application/x-www-form-urlencoded"

func TestLoginsAreStrict(t *testing.T) {
	running := start(t, simulator.Options{})
	sampleJob := "/sampleExchange/v1/samples/async/4711"
	image := "/appstore/publisher/v1/machineimages/2797087"
	bulk := "/content/management/api/v1.1/bulkItemsOperations/9F2C4D1AE5B84C0F"
	token := func(system string) string { return connect(t, running, system).header.Get("Authorization") }
	for name, request := range map[string]struct {
		system, method, path string
		header               http.Header
		body                 string
		status               int
	}{
		"samples without a login":           {system: "sample_exchange", path: sampleJob, status: 401},
		"samples with a wrong password":     {system: "sample_exchange", path: sampleJob, header: http.Header{"Authorization": {basicAuth("sample-reader", "wrong")}}, status: 401},
		"samples with a token":              {system: "sample_exchange", path: sampleJob, header: http.Header{"Authorization": {"Bearer x"}}, status: 401},
		"an unknown job without a login":    {system: "sample_exchange", path: "/sampleExchange/v1/samples/async/1", status: 401},
		"vSphere login without Basic":       {system: "vsphere", method: "POST", path: "/api/session", status: 401},
		"vSphere login, wrong password":     {system: "vsphere", method: "POST", path: "/rest/com/vmware/cis/session", header: http.Header{"Authorization": {basicAuth("uploader@vsphere.local", "wrong")}}, status: 401},
		"a list with Basic":                 {system: "vsphere", path: apiSessions, header: http.Header{"Authorization": {basicAuth("uploader@vsphere.local", "vsphere-demo-password")}}, status: 401},
		"a list with an invented session":   {system: "vsphere", path: restSessions, header: http.Header{"vmware-api-session-id": {"x"}}, status: 401},
		"a list with the token of another":  {system: "vsphere", path: apiSessions, header: http.Header{"vmware-api-session-id": {strings.TrimPrefix(token("oracle_content"), "Bearer ")}}, status: 401},
		"logout without a session":          {system: "vsphere", method: "DELETE", path: "/api/session", status: 401},
		"authenticate without Basic":        {system: "oracle_marketplace", path: "/appstore/publisher/v1/authenticate", status: 401},
		"an image with Basic":               {system: "oracle_marketplace", path: image, header: http.Header{"Authorization": {basicAuth("marketplace-client", "oracle-marketplace-demo-secret")}}, status: 401},
		"an image without a user":           {system: "oracle_marketplace", path: image, header: http.Header{"Authorization": {token("oracle_marketplace")}}, status: 401},
		"an image with another user":        {system: "oracle_marketplace", path: image, header: http.Header{"Authorization": {token("oracle_marketplace")}, "X-Oracle-UserId": {"x@example.com"}}, status: 401},
		"an image with everything":          {system: "oracle_marketplace", path: image, header: http.Header{"Authorization": {token("oracle_marketplace")}, "X-Oracle-UserId": {"partner@example.com"}}, status: 200},
		"a token without Basic":             {system: "oracle_content", method: "POST", path: "/oauth2/v1/token", header: http.Header{"Content-Type": {form}}, body: "grant_type=client_credentials&scope=urn:opc:cec:all", status: 401},
		"a token of another grant":          {system: "oracle_content", method: "POST", path: "/oauth2/v1/token", header: contentLogin(form), body: "grant_type=password&scope=urn:opc:cec:all", status: 400},
		"a token of no scope":               {system: "oracle_content", method: "POST", path: "/oauth2/v1/token", header: contentLogin(form), body: "grant_type=client_credentials", status: 400},
		"a token asked for in JSON":         {system: "oracle_content", method: "POST", path: "/oauth2/v1/token", header: contentLogin("application/json"), body: "{}", status: 400},
		"a status with the client's secret": {system: "oracle_content", path: bulk, header: contentLogin(form), status: 401},
		"a status with a token":             {system: "oracle_content", path: bulk, header: http.Header{"Authorization": {token("oracle_content")}}, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			method := request.method
			if method == "" {
				method = http.MethodGet
			}
			status, body, _ := call(t, method, running.URL(request.system)+request.path, request.header, request.body)
			if status != request.status {
				t.Errorf("status %d, want %d: %s", status, request.status, body)
			}
			decode(t, body)
		})
	}
}

func contentLogin(contentType string) http.Header {
	return http.Header{"Authorization": {basicAuth("content-client", "oracle-content-demo-secret")}, "Content-Type": {contentType}}
}

func TestVSphereAnswersAMissingLoginInEachFlavoursWay(t *testing.T) {
	running := start(t, simulator.Options{})
	_, modern, _ := call(t, http.MethodGet, running.URL("vsphere")+apiSessions, nil, "")
	_, old, _ := call(t, http.MethodGet, running.URL("vsphere")+restSessions, nil, "")
	if kind := decode(t, modern)["error_type"]; kind != "UNAUTHENTICATED" {
		t.Errorf("/api: error_type %v", kind)
	}
	if kind := decode(t, old)["type"]; kind != "com.vmware.vapi.std.errors.unauthenticated" {
		t.Errorf("/rest: type %v", kind)
	}
}

func TestALogoutEndsTheSession(t *testing.T) {
	running := start(t, simulator.Options{})
	client := connect(t, running, "vsphere")
	if open := running.OpenSessions(); open != 1 {
		t.Fatalf("%d sessions are open after one login", open)
	}
	client.strings(apiSessions)
	if status, body, _ := call(t, http.MethodDelete, client.target.URL+"/api/session", client.header, ""); status != http.StatusNoContent {
		t.Errorf("logout: status %d: %s", status, body)
	}
	if status, _ := client.get(apiSessions); status != http.StatusUnauthorized || running.OpenSessions() != 0 {
		t.Errorf("after the logout: status %d, %d sessions are open", status, running.OpenSessions())
	}
}

func TestAnIdleSessionTimesOutAndAUsedOneDoesNot(t *testing.T) {
	clock := newClock()
	running := start(t, simulator.Options{Clock: clock.Now, SessionTTL: 10 * time.Minute})
	client := connect(t, running, "vsphere")
	for range 3 {
		clock.Advance(9 * time.Minute)
		client.strings(apiSessions)
	}
	clock.Advance(10 * time.Minute)
	if status, _ := client.get(apiSessions); status != http.StatusUnauthorized || running.OpenSessions() != 0 {
		t.Errorf("after ten idle minutes: status %d, %d sessions are open", status, running.OpenSessions())
	}
}

func TestATokenEndsHoweverMuchItIsUsed(t *testing.T) {
	clock := newClock()
	running := start(t, simulator.Options{Clock: clock.Now, TokenTTL: 10 * time.Minute})
	client := connect(t, running, "oracle_content")
	const path = "/content/management/api/v1.1/bulkItemsOperations/9F2C4D1AE5B84C0F"
	clock.Advance(9 * time.Minute)
	client.object(path)
	clock.Advance(time.Minute)
	if status, _ := client.get(path); status != http.StatusUnauthorized {
		t.Errorf("after its end: status %d", status)
	}
}

func TestForgottenLoginsAreRefused(t *testing.T) {
	running := start(t, simulator.Options{})
	client := connect(t, running, "oracle_marketplace")
	client.object("/appstore/publisher/v1/machineimages")
	running.ForgetLogins()
	if status, _ := client.get("/appstore/publisher/v1/machineimages"); status != http.StatusUnauthorized {
		t.Errorf("status %d", status)
	}
}
