package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// VSphere is a vCenter's content library in both flavours of its API: the /api
// of vSphere 7.0U2 and later, and the older /rest.
func VSphere() API { return vsphere{modern: true} }

// VSphereREST is a vCenter from before 7.0U2, which has /rest alone.
func VSphereREST() API { return vsphere{} }

type vsphere struct{ modern bool }

// vsphereUploader has made all sessions.
func vsphereUploader() account { return account{"uploader@vsphere.local", "vsphere-demo-password"} }

// vsphereMonitor has made none, so its lists are empty: a vCenter lists only
// the caller's own sessions. It may read any session whose id it knows.
func vsphereMonitor() account {
	return account{"monitor@vsphere.local", "vsphere-demo-monitor-password"}
}

const (
	restRoot    = "/rest/com/vmware"
	apiRoot     = "/api"
	libraryItem = "/content/library/item"

	sessionHeader = "vmware-api-session-id"
)

// System implements API.
func (vsphere) System() string { return "vsphere" }

// Handler implements API.
func (v vsphere) Handler(world *World) http.Handler {
	world.secrets.add(vsphereUploader().password, vsphereMonitor().password, endpointCanary)
	center := &vcenter{world: world, library: newLibrary(world, v.System()), system: v.System()}
	routes := newRoutes(world, v.System(), center.refuse, func(w http.ResponseWriter, r *http.Request) {
		flavourOf(r).fail(w, http.StatusNotFound, operationsForURLNotFound(r))
	})
	center.serveREST(routes)
	center.serveUploads(routes)
	if v.modern {
		center.serveAPI(routes)
	}
	return routes
}

// vcenter answers the requests of both flavours.
type vcenter struct {
	world   *World
	library *library
	system  string
}

func (c *vcenter) serveREST(routes *routes) {
	session := restRoot + "/cis/session"
	routes.add("login", "POST "+session, c.mayLogIn, c.logIn)
	routes.add("logout", "DELETE "+session, c.loggedIn, c.logOut)
	for _, kind := range sessionKinds() {
		routes.add("list", "GET "+restRoot+libraryItem+"/"+kind.path, c.loggedIn, c.list(kind))
		routes.add("status", "GET "+restRoot+libraryItem+"/"+kind.path+"/{id}", c.loggedIn, prefixed(c.status(kind)))
		routes.add("files", "GET "+restRoot+libraryItem+"/"+kind.restFiles+"/file", c.loggedIn, c.files(kind, func(r *http.Request) string {
			return r.URL.Query().Get(kind.restFilter)
		}))
	}
	routes.add("item", "GET "+restRoot+libraryItem+"/{id}", c.loggedIn, prefixed(c.item))
}

func (c *vcenter) serveAPI(routes *routes) {
	session := apiRoot + "/session"
	routes.add("login", "POST "+session, c.mayLogIn, c.logIn)
	routes.add("logout", "DELETE "+session, c.loggedIn, c.logOut)
	for _, kind := range sessionKinds() {
		routes.add("list", "GET "+apiRoot+libraryItem+"/"+kind.path, c.loggedIn, c.list(kind))
		routes.add("status", "GET "+apiRoot+libraryItem+"/"+kind.path+"/{id}", c.loggedIn, c.status(kind))
		routes.add("files", "GET "+apiRoot+libraryItem+"/"+kind.path+"/{id}/file", c.loggedIn, c.files(kind, func(r *http.Request) string {
			return r.PathValue("id")
		}))
	}
	routes.add("item", "GET "+apiRoot+libraryItem+"/{id}", c.loggedIn, c.item)
}

// prefixed asks for the "id:" that the older flavour writes before an id in a
// path.
func prefixed(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, found := strings.CutPrefix(r.PathValue("id"), "id:")
		if !found {
			flavourOf(r).fail(w, http.StatusNotFound, operationsForURLNotFound(r))
			return
		}
		r.SetPathValue("id", id)
		handler(w, r)
	}
}

// mayLogIn is the check of the login: Basic, and nowhere else.
func (c *vcenter) mayLogIn(r *http.Request) bool {
	return vsphereUploader().basic(r) || vsphereMonitor().basic(r)
}

// loggedIn is the check of all other calls.
func (c *vcenter) loggedIn(r *http.Request) bool { return c.user(r) != "" }

func (c *vcenter) user(r *http.Request) string {
	return c.world.logins.use(c.system, r.Header.Get(sessionHeader))
}

func (c *vcenter) refuse(w http.ResponseWriter, r *http.Request) {
	flavourOf(r).fail(w, http.StatusUnauthorized, vapiError{
		kind: "UNAUTHENTICATED", id: "com.vmware.vapi.endpoint.method.authentication.required", text: "Authentication required.",
	})
}

func (c *vcenter) logIn(w http.ResponseWriter, r *http.Request) {
	user, _, _ := r.BasicAuth()
	status := http.StatusCreated
	if flavourOf(r).rest {
		status = http.StatusOK
	}
	flavourOf(r).write(w, status, c.world.logins.openSession(c.system, user))
}

func (c *vcenter) logOut(w http.ResponseWriter, r *http.Request) {
	c.world.logins.end(r.Header.Get(sessionHeader))
	if flavourOf(r).rest {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// list answers the ids of the caller's own sessions.
func (c *vcenter) list(kind sessionKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		item := r.URL.Query().Get("library_item_id")
		if _, known := c.library.item(item); item != "" && !known {
			flavourOf(r).fail(w, http.StatusNotFound, notFound("library item", item))
			return
		}
		ids := []string{}
		if c.user(r) == vsphereUploader().user {
			ids = c.library.list(kind, item)
		}
		flavourOf(r).write(w, http.StatusOK, ids)
	}
}

func (c *vcenter) status(kind sessionKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		session, at, found := c.library.find(kind, id)
		if !found {
			flavourOf(r).fail(w, http.StatusNotFound, notFound(kind.name, id))
			return
		}
		flavourOf(r).write(w, http.StatusOK, session.reply(c.world, at, flavourOf(r)))
	}
}

func (c *vcenter) files(kind sessionKind, idOf func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := idOf(r)
		session, at, found := c.library.find(kind, id)
		if !found {
			flavourOf(r).fail(w, http.StatusNotFound, notFound(kind.name, id))
			return
		}
		flavourOf(r).write(w, http.StatusOK, session.fileReplies(at, flavourOf(r)))
	}
}

func (c *vcenter) item(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	item, found := c.library.item(id)
	if !found {
		flavourOf(r).fail(w, http.StatusNotFound, notFound("library item", id))
		return
	}
	flavourOf(r).write(w, http.StatusOK, item)
}

// flavour is one of the API's two ways to write the same answers.
type flavour struct{ rest bool }

func flavourOf(r *http.Request) flavour {
	return flavour{rest: strings.HasPrefix(r.URL.Path, "/rest/")}
}

func (f flavour) write(w http.ResponseWriter, status int, value any) {
	if f.rest {
		value = map[string]any{"value": value}
	}
	writeJSON(w, status, value)
}

// vapiError is an error of the vAPI.
type vapiError struct {
	// kind is its error_type.
	kind string
	// id and text are those of its one message.
	id, text string
	args     []string
}

func notFound(what, id string) vapiError {
	return vapiError{
		kind: "NOT_FOUND", id: "com.vmware.vdcs.cls-main." + strings.ReplaceAll(what, " ", "_") + "_not_found",
		text: fmt.Sprintf("The %s with identifier '%s' was not found.", what, id), args: []string{id},
	}
}

func operationsForURLNotFound(r *http.Request) vapiError {
	return vapiError{
		kind: "NOT_FOUND", id: "com.vmware.vapi.rest.operationsForUrlNotFound",
		text: "No operations found for URL: " + r.URL.Path, args: []string{r.URL.Path},
	}
}

func (f flavour) fail(w http.ResponseWriter, status int, failure vapiError) {
	body := map[string]any{
		"error_type": failure.kind,
		"messages": []any{map[string]any{
			"id": failure.id, "default_message": failure.text, "args": append([]string{}, failure.args...),
		}},
	}
	if f.rest {
		body = map[string]any{"type": "com.vmware.vapi.std.errors." + strings.ToLower(failure.kind), "value": body}
	}
	writeJSON(w, status, body)
}

// message is the vendor's LocalizableMessage, whose named arguments the older
// flavour writes as a list.
func (f flavour) message(id, text string, arguments map[string]string) map[string]any {
	message := map[string]any{"id": id, "default_message": text, "args": []string{}}
	if len(arguments) == 0 {
		return message
	}
	named := map[string]any{}
	list := []any{}
	for name, value := range arguments {
		named[name] = map[string]string{"s": value}
		list = append(list, map[string]any{"key": name, "value": map[string]string{"s": value}})
	}
	message["params"] = named
	if f.rest {
		message["params"] = list
	}
	return message
}

// Target implements API.
func (v vsphere) Target(world *World, baseURL string) string {
	var target strings.Builder
	fmt.Fprintf(&target, "- name: vcenter-demo\n  system: vsphere\n  url: %s\n", baseURL)
	fmt.Fprintf(&target, "  basic_auth: {username: %s, password: %s}\n", vsphereUploader().user, vsphereUploader().password)
	target.WriteString("  vsphere: {api: auto}\n")
	if world.load != nil {
		target.WriteString(world.loadJobs(v.System(), func(number int) string {
			return fmt.Sprintf("id: %q", loadSession(world, number).id(0))
		}))
		return target.String()
	}
	target.WriteString("  discovery: true\n  retention: 15m\n  labels: {team: images}\n  jobs:\n")
	named := slices.DeleteFunc(demoSessions(), func(session session) bool { return session.name == "" })
	for _, session := range named {
		fmt.Fprintf(&target, "    - {id: %q, name: %s", session.id(0), session.name)
		if session.labels != "" {
			target.WriteString(", labels: " + session.labels)
		}
		target.WriteString("}\n")
	}
	return target.String()
}
