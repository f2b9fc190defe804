package config

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestAListMayComeFromAURL(t *testing.T) {
	for name, test := range map[string]struct{ kind, text, keys string }{
		"JSON":                    {"application/json", `[{"id": 1}, {"id": 5}, {"id": 6}]`, ""},
		"YAML":                    {"application/yaml", "- id: 5\n- id: 6\n", ""},
		"no type":                 {"", "- id: 5\n- id: 6\n", ""},
		"text with a mark":        {"text/plain; charset=utf-8", "\uFEFF- id: 5\n- id: 6\n", ""},
		"JSON with a mark":        {"application/problem+json", "\uFEFF[{\"id\": 5},\r\n{\"id\": 6}]", ""},
		"a reply of another kind": {"text/plain", `>>[{"id": 5}, {"id": 6}]`, ", items: '>>'"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newListServer(t)
			server.answersText(test.kind, test.text)
			reader := newListReader(t, "{url: '"+server.URL+"/jobs?token="+canary+"'"+test.keys+"}")
			reader.expect("5 6", "")
			if got := server.last().URL.RawQuery; got != "token="+canary {
				t.Errorf("asked with query %q", got)
			}
			if got := reader.sources.Latest().Statuses[0].Path; got != server.URL+"/jobs" {
				t.Errorf("is shown as %s", got)
			}
		})
	}
}

func TestAURLThatFailsKeepsItsLastGoodList(t *testing.T) {
	plain := func(status int, kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Location", "https://elsewhere.example.com/"+canary)
			w.WriteHeader(status)
			fmt.Fprint(w, text)
		}
	}
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		problem string
	}{
		"not found":       {plain(404, "text/plain", canary), "/jobs: answered 404 Not Found"},
		"an error":        {plain(500, "text/plain", canary), "/jobs: answered 500 Internal Server Error"},
		"elsewhere":       {plain(302, "", ""), "answered 302 Found to https://elsewhere.example.com: redirects are followed with"},
		"a login page":    {plain(200, "text/html", "<html>"+canary), "answered a page of HTML, not a list of jobs"},
		"no list":         {plain(200, "application/json", `{"jobs": []}`), "/jobs:1: must be a list of jobs"},
		"no JSON":         {plain(200, "application/json", "[{"), "/jobs:1: is no valid JSON"},
		"a bad job":       {plain(200, "text/plain", "- id: 5\n- id: six\n"), `/jobs:2: job "six": id: must be a whole number`},
		"too much":        {plain(200, "text/plain", strings.Repeat(" ", maxJobListBytes+1)), "the answer is larger than 4MiB"},
		"a broken answer": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "/jobs: EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newListServer(t)
			server.answersText("application/json", `[{"id": 5}]`)
			reader := newListReader(t, "{url: '"+server.URL+"/jobs?token="+canary+"'}")
			reader.expect("5", "")
			server.answers(test.answer)
			reader.expect("5", test.problem)
			server.answersText("application/json", `[{"id": 6}]`)
			reader.expect("6", "")
		})
	}
}

func TestAURLThatNobodyAnswersSaysSo(t *testing.T) {
	server := newListServer(t)
	reader := newListReader(t, "{url: '"+server.URL+"/jobs?token="+canary+"'}")
	server.Close()
	reader.expect("", "/jobs: dial tcp")
	slow := newListServer(t)
	slow.answers(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	reader = newListReader(t, "{url: '"+slow.URL+"/jobs?token="+canary+"'}")
	reader.sources.urls[0].timeout = 20 * time.Millisecond
	reader.expect("", "/jobs: no answer in time")
}

// A server that asks to be left alone is asked again when it says, where that is
// later than the next time would be.
func TestAURLIsLeftAloneAsLongAsItAsks(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		status int
		header http.Header
		want   time.Duration
	}{
		{http.StatusTooManyRequests, http.Header{"Retry-After": {"120"}}, 2 * time.Minute},
		{http.StatusServiceUnavailable, http.Header{"Retry-After": {"120"}}, 2 * time.Minute},
		{http.StatusServiceUnavailable, http.Header{"Retry-After": {"864000"}}, time.Hour},
		{http.StatusForbidden, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strconv.FormatInt(now.Add(10*time.Minute).Unix(), 10)}}, 10 * time.Minute},
		{http.StatusTooManyRequests, http.Header{"Retry-After": {"3"}}, 30 * time.Second},
		{http.StatusTooManyRequests, nil, 30 * time.Second},
		{http.StatusInternalServerError, http.Header{"Retry-After": {"120"}}, 30 * time.Second},
	} {
		s := newListServer(t)
		s.answers(func(w http.ResponseWriter, _ *http.Request) {
			maps.Copy(w.Header(), test.header)
			w.WriteHeader(test.status)
		})
		location, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		p := newJobURLPoller(JobURL{URL: location, RefreshInterval: 30 * time.Second}, time.Minute, jobReader{})
		p.poll(t.Context())
		if got := p.pause(time.Now()); got < test.want-5*time.Second || got > test.want {
			t.Errorf("after %d with %v it is asked again after %s, want %s", test.status, test.header, got, test.want)
		}
		if asked := strings.Contains(p.source().err.Error(), "left alone until"); asked != (len(test.header) > 0 && test.status != http.StatusInternalServerError) {
			t.Errorf("%d with %v: the error is %v", test.status, test.header, p.source().err)
		}
		s.answersText("application/json", "[]")
		p.poll(t.Context())
		if got := p.pause(time.Now()); got != 30*time.Second || p.source().err != nil {
			t.Errorf("after a good answer it is asked again after %s, and the error is %v", got, p.source().err)
		}
	}
}

func TestAnUnchangedListIsNotSentAgain(t *testing.T) {
	server := newListServer(t)
	server.answers(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `[{"id": 5}]`)
	})
	reader := newListReader(t, "{url: '"+server.URL+"'}")
	reader.expect("5", "")
	before := reader.sources.Latest()
	reader.expect("5", "")
	if server.last().Header.Get("If-None-Match") != `"1"` || reader.sources.Latest() != before {
		t.Error("want a conditional request, and the same list")
	}
	server.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		fmt.Fprint(w, `[{"id": 6}]`)
	})
	reader.expect("6", "")
}

func TestCredentialsOfAListGoToItsHostAlone(t *testing.T) {
	other := newListServer(t)
	other.answersText("application/json", "[]")
	server := newListServer(t)
	server.answers(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/list", http.StatusFound)
		case "/elsewhere":
			http.Redirect(w, r, other.URL, http.StatusFound)
		default:
			fmt.Fprint(w, "- id: 5")
		}
	})
	login := ", follow_redirects: true, authorization: {credentials: " + canary + "}}"
	newListReader(t, "{url: '"+server.URL+"/here'"+login).expect("5", "")
	if got := server.last().Header.Get("Authorization"); got != "Bearer "+canary {
		t.Errorf("sent %q", got)
	}
	newListReader(t, "{url: '"+server.URL+"/elsewhere'"+login).expect("", "answered 302 Found to "+other.URL)
	if len(other.requests) > 0 {
		t.Error("another host was asked")
	}
}

func TestAListMayNeedAToken(t *testing.T) {
	tokens, refused := newListServer(t), newListServer(t)
	tokens.answersText("application/json", `{"access_token": "`+canary+`", "token_type": "Bearer", "expires_in": 3600}`)
	refused.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error": "invalid_client", "error_description": "not `+canary+`"}`)
	})
	server := newListServer(t)
	server.answersText("text/plain", "- id: 5")
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, canary)
	keys := func(tokenURL string) string {
		return "{url: '" + server.URL + "', oauth2: {client_id: me, client_secret_file: '" + secret + "', token_url: '" + tokenURL + "/?" + canary + "'}}"
	}
	reader := newListReader(t, keys(tokens.URL))
	for range 3 {
		reader.expect("5", "")
	}
	if server.last().Header.Get("Authorization") != "Bearer "+canary || len(tokens.requests) > 1 {
		t.Errorf("asked with another token, or for %d tokens, want one", len(tokens.requests))
	}
	newListReader(t, keys(refused.URL)).expect("", "the token URL gave no token: invalid_client")
	refused.Close()
	newListReader(t, keys(refused.URL)).expect("", "dial tcp")
}

func TestASecretFileOfAListIsReadAgain(t *testing.T) {
	server := newListServer(t)
	server.answersText("text/plain", "- id: 5")
	secret := filepath.Join(t.TempDir(), "token")
	write(t, secret, "\uFEFFfirst\r\n")
	reader := newListReader(t, "{url: '"+server.URL+"', authorization: {credentials_file: '"+secret+"'}, http_headers: {X-Key: {files: ['"+secret+"']}}}")
	for _, want := range []string{"first", "second"} {
		write(t, secret, "\uFEFF"+want+"\r\n")
		reader.expect("5", "")
		if got := server.last().Header; got.Get("Authorization") != "Bearer "+want || got.Get("X-Key") != want {
			t.Errorf("sent %q, %q", got.Get("Authorization"), got.Get("X-Key"))
		}
	}
	write(t, filepath.Join(secret+"s", "x"), "")
	reader.sources.urls[0].settings.HTTP.Authorization.CredentialsFile = secret + "s"
	reader.expect("5", "authorization.credentials_file: cannot be read")
}

func TestListsFromURLsAreKeptUpToDateAndOverReloads(t *testing.T) {
	server := newListServer(t)
	server.answersText("text/plain", "- id: 5")
	keys := "{url: '" + server.URL + "', refresh_interval: 1s}"
	folder := &jobFolder{t: t, files: newListReader(t, keys).sources}
	folder.run()
	folder.files.Look(t.Context(), time.Minute)
	if got := folder.files.Latest().URLs; len(got) != 1 || got[0].ID != "5" {
		t.Fatalf("after the first look: %v", got)
	}
	server.answersText("text/plain", "- id: 6")
	eventually(t, "the new list counts", func() bool { return folder.files.Latest().URLs[0].ID == "6" })
	server.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	next := newListReader(t, keys)
	next.sources.Follow(folder.files)
	next.expect("6", "answered 502 Bad Gateway")
}

func TestURLsAreAskedByACheck(t *testing.T) {
	server := newListServer(t)
	server.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/good" {
			fmt.Fprint(w, "- id: 5\n- id: 6\n")
			return
		}
		w.WriteHeader(http.StatusForbidden)
	})
	text := "targets: [{name: a, system: sample_exchange, job_urls: [{url: 'URL/good'}, {url: 'URL/bad?" + canary + "'}]}]"
	config, err := Parse([]byte(strings.ReplaceAll(text, "URL", server.URL)), "a.yml", testRules())
	if err != nil {
		t.Fatal(err)
	}
	found, err := config.CheckJobURLs(t.Context())
	if want := `target "a": job url ` + server.URL + "/good: 2 jobs"; len(found) != 1 || found[0] != want {
		t.Errorf("found %q, want %q", found, want)
	}
	if want := `target "a": ` + server.URL + "/bad: answered 403 Forbidden"; errorText(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestAURLIsShownWithoutSecrets(t *testing.T) {
	list := JobURL{URL: &url.URL{Scheme: "https", Host: "ci.example.com", Path: "/jobs", RawQuery: "signature=" + canary}}
	config := &Config{Targets: []*Target{{Name: "a", URL: &url.URL{Scheme: "https", Host: "a"}, JobURLs: []JobURL{list}}}}
	shown, err := config.Redacted()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(shown), strings.Join(config.Summary(), "\n")} {
		if strings.Contains(text, canary) || !strings.Contains(text, "https://ci.example.com/jobs") {
			t.Errorf("shown as %s", text)
		}
	}
}

func TestWhatIsWrongWithAURLOfJobsIsSaid(t *testing.T) {
	rules := testRules()
	rules.Items = func(string) (Transform, error) { return nil, errors.New("column 2: no such function") }
	for keys, problem := range map[string]string{
		"https://a":                         "job_urls[0]: must be a mapping with the key url",
		"{}":                                "job_urls[0].url: is missing",
		"{url: 'https://u:hunter2@a'}":      "job_urls[0].url: must hold no credentials",
		"{url: 'a.example.com/jobs'}":       `job_urls[0].url: "a.example.com/jobs": must begin with http:// or https://: write https://a.example.com/jobs`,
		"{url: 'https://a', refresh: 5s}":   `job_urls[0]: unknown key "refresh"`,
		"{url: 'https://a', interval: 5s}":  `job_urls[0]: unknown key "interval"`,
		"{url: 'https://a', items: '.a|b'}": `job_urls[0].items: ".a|b": column 2: no such function`,
		"{url: 'https://a', timeout: 5s}":   "timeout belongs in a target or below defaults",
		"{url: 'https://a', bearer_token: x, basic_auth: {username: a, password: b}}": "exclude each other",
		"{url: 'https://a', refresh_interval: 10ms}":                                  `job_urls[0].refresh_interval: "10ms": must be 1s or longer`,
		"{url: 'https://a', authorization: {credentials_file: nothing}}":              "job_urls[0].authorization.credentials_file: cannot be read",
	} {
		text := "targets:\n- name: a\n  system: sample_exchange\n  job_urls:\n    - " + keys
		_, err := Parse([]byte(text), "a.yml", rules)
		if err == nil || !strings.Contains(err.Error(), problem) || !strings.HasPrefix(err.Error(), `a.yml:5: target "a": `) {
			t.Errorf("%s: %v, want %q on line 5", keys, err, problem)
		}
	}
}
