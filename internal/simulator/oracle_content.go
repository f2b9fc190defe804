package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// OracleContent is Oracle Content Management: updates of content types and other
// resources of its ".status" family, known by their path, that it cannot list.
// Bearer tokens come from a token endpoint on the same address.
func OracleContent() API { return oracleContent{} }

type oracleContent struct{}

// contentClient gets tokens by OAuth2 client credentials.
func contentClient() account { return account{"content-client", "oracle-content-demo-secret"} }

const (
	contentTokenPath = "/oauth2/v1/token"
	contentScope     = "urn:opc:cec:all"
	contentRoot      = "/content/management/api/v1.1"
	sitesStatusRoot  = "/sites/management/api/v1/sites/_status"

	loadType = "LoadType"
)

// System implements API.
func (oracleContent) System() string { return "oracle_content" }

// Handler implements API.
func (o oracleContent) Handler(world *World) http.Handler {
	world.secrets.add(contentClient().password, bodyCanary)
	routes := newRoutes(world, o.System(), o.refuse, http.NotFound)
	routes.add("login", "POST "+contentTokenPath, contentClient().basic, func(w http.ResponseWriter, r *http.Request) {
		o.token(world, w, r)
	})
	authorized := func(r *http.Request) bool { return world.logins.use(o.System(), bearer(r)) != "" }
	demo := byPath(demoOperations())
	status := func(w http.ResponseWriter, r *http.Request) {
		job, found := o.find(world, demo, r.URL.Path)
		if !found {
			o.fail(w, http.StatusNotFound, "The job does not exist or has been deleted, or the authenticated user does not have access.")
			return
		}
		at, _ := job.current(world)
		writeTagged(w, r, job.reply(at))
	}
	for _, pattern := range []string{
		contentRoot + "/types/{name}/updateType/.status/{id}",
		contentRoot + "/bulkItemsOperations/{id}",
		contentRoot + "/bulkItemsOperations/archive/{id}",
		contentRoot + "/items/{item}/renditions/.status/{id}",
		sitesStatusRoot + "/{id}",
	} {
		routes.add("status", "GET "+pattern, authorized, status)
	}
	return routes
}

// refuse answers as the token endpoint, or as the API.
func (o oracleContent) refuse(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == contentTokenPath {
		w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{
			"error": "invalid_client", "error_description": "Client authentication failed.",
		})
		return
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	o.fail(w, http.StatusUnauthorized, "The request carries no valid access token.")
}

// token is RFC 6749's token endpoint for client credentials.
func (o oracleContent) token(world *World, w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
		return
	}
	if r.PostFormValue("grant_type") != "client_credentials" {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
		return
	}
	if !strings.Contains(r.PostFormValue("scope"), contentScope) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_scope"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": world.logins.issueToken(o.System(), contentClient().user),
		"token_type":   "Bearer",
		"expires_in":   int(world.logins.tokenTTL.Seconds()),
	})
}

// contentError is the vendor's Error.
type contentError struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"o:errorCode"`
}

func newContentError(status int, detail, code string) *contentError {
	return &contentError{
		Type:  "http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4",
		Title: http.StatusText(status), Status: status, Detail: detail, Code: code,
	}
}

func (oracleContent) fail(w http.ResponseWriter, status int, detail string) {
	writeJSON(w, status, newContentError(status, detail, "OCE-CM-009024"))
}

func byPath(operations []operation) map[string]operation {
	found := make(map[string]operation, len(operations))
	for _, job := range operations {
		found[job.path()] = job
	}
	return found
}

func (o oracleContent) find(world *World, demo map[string]operation, path string) (operation, bool) {
	if world.load == nil {
		job, found := demo[path]
		return job, found
	}
	var number int
	if _, err := fmt.Sscanf(strings.TrimPrefix(path, typeUpdatePath(loadType, "")), "OPL%d", &number); err != nil {
		return operation{}, false
	}
	job := o.loadOperation(world, number)
	known := number >= 0 && number < world.loadCount(o.System()) && path == job.path()
	return job, known
}

func (oracleContent) loadOperation(world *World, number int) operation {
	return operation{
		id: fmt.Sprintf("OPL%012d", number), typeName: loadType, fields: usualFields,
		plan: world.loadPlan(number, "processing", "succeeded"),
	}
}

// Target implements API.
func (o oracleContent) Target(world *World, baseURL string) string {
	var target strings.Builder
	fmt.Fprintf(&target, "- name: content-demo\n  system: oracle_content\n  url: %s\n", baseURL)
	fmt.Fprintf(&target, "  oauth2:\n    client_id: %s\n    client_secret: %s\n", contentClient().user, contentClient().password)
	fmt.Fprintf(&target, "    token_url: %s%s\n    scopes: [%q]\n", baseURL, contentTokenPath, contentScope)
	if world.load != nil {
		target.WriteString(world.loadJobs(o.System(), func(number int) string {
			return fmt.Sprintf("type: %s, id: %s", loadType, o.loadOperation(world, number).id)
		}))
		return target.String()
	}
	// Short, because the demo's jobs restart under the same id.
	target.WriteString("  finished_ttl: 30s\n  labels: {team: web}\n  jobs:\n")
	for _, job := range demoOperations() {
		if job.typeName != "" {
			fmt.Fprintf(&target, "    - {type: %q", job.typeName)
		} else {
			fmt.Fprintf(&target, "    - {path: %q", (&url.URL{Path: job.path()}).EscapedPath())
		}
		fmt.Fprintf(&target, ", id: %q, name: %q", job.id, job.name)
		if job.labels != "" {
			target.WriteString(", labels: " + job.labels)
		}
		target.WriteString("}\n")
	}
	return target.String()
}
