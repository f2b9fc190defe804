package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// Script is what the double of a described system answers with. It is asked as
// the description says, and refuses whoever asks otherwise.
type Script struct {
	// Description is the description, as YAML.
	Description []byte
	// Params are those of the target.
	Params map[string]string
	// IDs are the jobs that the target names, beside those that are listed.
	IDs []string
	// Values are the named groups of an id's pattern, with which its paths are filled.
	Values func(id string) map[string]string
	// Status is the status reply of a job; false where there is none.
	Status func(world *World, id string) (reply []byte, found bool)
	// Gone is the answer for any other job.
	Gone Answer
	// Known are the ids of all jobs that have a status reply.
	Known func(world *World) []string
	// Pages are the pages of the list. BASE in them stands for the double's URL.
	Pages func(world *World) [][]byte
	// Parts are the parts of a job, where they have a path of their own.
	Parts func(world *World, id string) []byte
	// Login is the answer to a login, in which TOKEN stands for the token.
	Login []byte
	// Target are further lines of the target's configuration.
	Target string
}

// Answer is a status with a body.
type Answer struct {
	Status int
	Body   []byte
}

// Double serves any described system: its paths, queries, headers, pages and
// login are those of the description.
func Double(script Script) (API, error) {
	name, read, err := parseDescription(script.Description)
	if err != nil {
		return nil, err
	}
	return &double{name: name, description: read, script: script}, nil
}

type double struct {
	name        string
	description description
	script      Script
}

// watcher may read everything.
func watcher() account { return account{"watcher", `d0uble "passw&rd`} }

// System implements API.
func (d *double) System() string { return d.name }

// Target implements API.
func (d *double) Target(_ *World, baseURL string) string {
	var target strings.Builder
	fmt.Fprintf(&target, "- name: %s\n  system: %s\n  url: %s\n", strings.ReplaceAll(d.name, "_", "-")+"-demo", d.name, baseURL)
	fmt.Fprintf(&target, "  basic_auth: {username: %s, password: '%s'}\n", watcher().user, watcher().password)
	if len(d.script.Params) > 0 {
		params, _ := json.Marshal(d.script.Params) // texts can be encoded
		fmt.Fprintf(&target, "  params: %s\n", params)
	}
	if d.description.List != nil {
		target.WriteString("  discovery: true\n")
	}
	target.WriteString(d.script.Target)
	if len(d.script.IDs) > 0 {
		target.WriteString("  jobs:\n")
	}
	for _, id := range d.script.IDs {
		fmt.Fprintf(&target, "    - id: %s\n", strconv.Quote(id))
	}
	return target.String()
}

// Handler implements API.
func (d *double) Handler(world *World) http.Handler {
	world.secrets.add(watcher().password)
	refuse := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"message": "log in first"})
	}
	routes := newRoutes(world, d.name, refuse, http.NotFound)
	served := &served{double: d, world: world}
	// The paths are escaped ones, of which http.ServeMux makes others: one route
	// for all of them tells them apart by itself.
	routes.mux = http.NewServeMux()
	routes.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { served.answer(routes, w, r) })
	return routes
}

// served is a double in a world.
type served struct {
	*double

	world *World
}

// answer finds out what is asked for.
func (s *served) answer(routes *routes, w http.ResponseWriter, r *http.Request) {
	operation, allowed, handler := "unknown", check(anybody), http.HandlerFunc(http.NotFound) //nolint:gocritic // a variable of that type
	path := r.URL.EscapedPath()
	login, list := s.description.Login, s.description.List
	switch {
	case login != nil && path == login.Path && r.Method == or(login.Method, http.MethodPost):
		operation, handler = "login", s.logIn
	case login != nil && login.Logout != nil && r.Method == or(login.Logout.Method, http.MethodDelete) && s.isSession(path, r):
		operation, allowed, handler = "logout", s.loggedIn, s.logOut
	case list != nil && path == fill(list.Path, s.script.Params):
		operation, allowed, handler = "list", s.loggedIn, s.list
	default:
		if id, ofParts, found := s.find(path); found {
			operation, allowed = "status", s.loggedIn
			handler = func(w http.ResponseWriter, r *http.Request) { s.job(w, r, id, ofParts) }
			if ofParts {
				operation = "parts"
			}
		} else if s.isStatus(path) {
			operation, allowed = "status", s.loggedIn
			handler = func(w http.ResponseWriter, _ *http.Request) { writeBody(w, s.script.Gone.Status, s.script.Gone.Body) }
		}
	}
	routes.serve(operation, allowed, handler, w, r)
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// logIn checks that the credentials come as described, and opens a session.
func (s *served) logIn(w http.ResponseWriter, r *http.Request) {
	login := s.description.Login
	_, _, hasBasic := r.BasicAuth()
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, 1<<16)); err != nil {
		http.Error(w, "too much", http.StatusBadRequest)
		return
	}
	allowed := false
	switch {
	case login.Basic:
		allowed = watcher().basic(r) && body.Len() == 0
	case login.JSON != nil:
		var got map[string]string
		allowed = json.Unmarshal(body.Bytes(), &got) == nil && reflect.DeepEqual(got, withCredentials(login.JSON)) &&
			r.Header.Get("Content-Type") == "application/json" && !hasBasic
	case login.Form != nil:
		want := url.Values{}
		for name, value := range withCredentials(login.Form) {
			want.Set(name, value)
		}
		got, err := url.ParseQuery(body.String())
		allowed = err == nil && reflect.DeepEqual(got, want) && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" && !hasBasic
	}
	if !allowed || !hasHeaders(r, login.Headers) {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"message": "no such user"})
		return
	}
	token := s.world.logins.openSession(s.name, watcher().user)
	if login.Token.Header != "" {
		w.Header().Set(login.Token.Header, token)
	}
	if login.Logout != nil && login.Logout.Location {
		w.Header().Set("Location", login.Path+"/1")
	}
	writeBody(w, http.StatusCreated, bytes.ReplaceAll(s.script.Login, []byte("TOKEN"), []byte(token)))
}

func withCredentials(texts map[string]string) map[string]string {
	filled := map[string]string{}
	for name, text := range texts {
		filled[name] = strings.NewReplacer("{username}", watcher().user, "{password}", watcher().password).Replace(text)
	}
	return filled
}

func hasHeaders(r *http.Request, headers map[string]string) bool {
	for name, value := range headers {
		if r.Header.Get(name) != value {
			return false
		}
	}
	return true
}

func (s *served) isSession(path string, r *http.Request) bool {
	login := s.description.Login
	if login.Logout.Location {
		return path == login.Path+"/1"
	}
	return path == login.Logout.Path && s.token(r) != ""
}

// token is the session's token as the description sends it.
func (s *served) token(r *http.Request) string {
	send := s.description.Login.Send
	if send.Cookie != "" {
		cookie, err := r.Cookie(send.Cookie)
		if err != nil {
			return ""
		}
		return cookie.Value
	}
	token, _ := strings.CutPrefix(r.Header.Get(send.Header), send.Prefix)
	return token
}

// loggedIn is the check of all but the login. A token is enough, and has to be.
func (s *served) loggedIn(r *http.Request) bool {
	switch {
	case s.description.Credential != nil:
		want := withCredentials(map[string]string{"value": s.description.Credential.Value})
		return r.Header.Get(s.description.Credential.Header) == want["value"]
	case s.description.Login == nil:
		return watcher().basic(r)
	case s.description.Login.Send.Header != "Authorization" && r.Header.Get("Authorization") != "":
		return false
	default:
		return s.world.logins.use(s.name, s.token(r)) != ""
	}
}

func (s *served) logOut(w http.ResponseWriter, r *http.Request) {
	s.world.logins.end(s.token(r))
	w.WriteHeader(http.StatusNoContent)
}

// find is the job that a path belongs to, and whether it is the path of its parts.
func (s *served) find(path string) (id string, ofParts, found bool) {
	for _, id := range append(s.script.Known(s.world), s.script.IDs...) {
		values := maps.Clone(s.script.Params)
		if values == nil {
			values = map[string]string{}
		}
		if s.script.Values != nil {
			maps.Copy(values, s.script.Values(id))
		}
		values["id"] = id
		switch path {
		case fill(s.description.Status.Path, values):
			return id, false, true
		case s.partsPath(values):
			return id, true, true
		}
	}
	return "", false, false
}

// isStatus reports whether a path is that of some job's status.
func (s *served) isStatus(path string) bool {
	pattern := regexp.MustCompile(`\\\{(\\\+)?[a-z][a-z0-9_]*\\\}`).ReplaceAllString(regexp.QuoteMeta(s.description.Status.Path), ".+")
	return s.script.Gone.Status != 0 && regexp.MustCompile("^"+pattern+"$").MatchString(path)
}

// partsPath is empty where the parts have no path of their own.
func (s *served) partsPath(values map[string]string) string {
	if s.description.Parts == nil || s.description.Parts.Path == "" {
		return ""
	}
	return fill(s.description.Parts.Path, values)
}

// job answers with the status of a job, or with its parts.
func (s *served) job(w http.ResponseWriter, r *http.Request, id string, ofParts bool) {
	asked := s.description.Status
	if ofParts {
		asked = s.description.Parts.asked
	}
	if byQuery, ok := s.idInQuery(asked, r.URL.Query()); ok {
		id = byQuery
	}
	if !asked.matches(r.URL.Query()) || !hasHeaders(r, s.description.Headers) || r.Method != http.MethodGet {
		writeJSON(w, http.StatusBadRequest, map[string]string{"message": "that is not how it is asked for"})
		return
	}
	if ofParts {
		writeBody(w, http.StatusOK, s.script.Parts(s.world, id))
		return
	}
	reply, known := s.script.Status(s.world, id)
	if !known {
		writeBody(w, s.script.Gone.Status, s.script.Gone.Body)
		return
	}
	writeBody(w, http.StatusOK, reply)
}

// idInQuery is the id of systems that have it in the query rather than the path.
func (s *served) idInQuery(asked asked, query url.Values) (id string, ok bool) {
	for name, values := range asked.Query {
		if len(values) == 1 && values[0] == "{id}" {
			return query.Get(name), true
		}
	}
	return "", false
}

// list answers with the page that is asked for, in the way in which the
// description turns pages.
func (s *served) list(w http.ResponseWriter, r *http.Request) {
	list := s.description.List
	pages := s.script.Pages(s.world)
	for i := range pages {
		pages[i] = bytes.ReplaceAll(pages[i], []byte("BASE"), []byte("http://"+r.Host))
	}
	number, ok := s.pageNumber(r, pages)
	isPost := list.Method == http.MethodPost
	if !ok || r.Method != or(list.Method, http.MethodGet) || isPost != (r.Header.Get("Content-Type") == "application/json") || !hasHeaders(r, s.description.Headers) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"message": "that is not how it is asked for"})
		return
	}
	if number+1 < len(pages) {
		if list.Next.Header != "" {
			w.Header().Set(list.Next.Header, fmt.Sprintf("page-%d", number+1))
		}
		if list.Next.HeaderLink {
			w.Header().Add("Link", fmt.Sprintf(`<http://%s%s?page=0>; title="a, b"; rel="first"`, r.Host, r.URL.EscapedPath()))
			w.Header().Add("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.EscapedPath(), number+1))
		}
	}
	writeBody(w, http.StatusOK, pages[number])
}

// pageNumber is the number of the page that is asked for; false where nobody
// was told to ask like this.
func (s *served) pageNumber(r *http.Request, pages [][]byte) (number int, ok bool) {
	list, query := s.description.List, r.URL.Query()
	n := list.Next
	if list.matches(query) {
		return 0, len(pages) > 0
	}
	for number := 1; number < len(pages); number++ {
		asked := false
		switch {
		case n.Token != "":
			asked = query.Get(n.Query) == said(n.Token, pages[number-1]) && list.matches(query, n.Query)
		case n.Header != "":
			asked = query.Get(n.Query) == fmt.Sprintf("page-%d", number) && list.matches(query, n.Query)
		case n.Link != "":
			asked = strings.HasSuffix(said(n.Link, pages[number-1]), r.URL.RequestURI())
		case n.HeaderLink:
			asked = query.Get("page") == strconv.Itoa(number) && len(query) == 1
		case n.Page != "":
			asked = query.Get(n.Page) == strconv.Itoa(number+1) && list.matches(query, n.Page)
		case n.Offset != "":
			asked = query.Get(n.Offset) == strconv.Itoa(number*n.Size) && list.matches(query, n.Offset)
		}
		if asked {
			return number, true
		}
	}
	return 0, false
}

// said is what an expression finds in a page, as text.
func said(expression string, page []byte) string {
	query, err := gojq.Parse(expression)
	var body any
	if err != nil || json.Unmarshal(page, &body) != nil {
		return ""
	}
	first, _ := query.Run(body).Next()
	text, _ := first.(string)
	return text
}
