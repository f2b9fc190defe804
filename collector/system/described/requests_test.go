package described_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// scripted is an upstream that answers by path and remembers what it was asked.
type scripted struct {
	*httptest.Server

	mu      sync.Mutex
	answers map[string]string
	asked   []*http.Request
}

func serve(t *testing.T, answers map[string]string) *scripted {
	t.Helper()
	s := &scripted{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r)
		answer, known := s.answers[r.Method+" "+r.URL.Path]
		if !known {
			http.Error(w, `{"message":"no route"}`, http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, strings.ReplaceAll(answer, "BASE", "http://"+r.Host))
	}))
	t.Cleanup(s.Close)
	return s
}

// header are the values of a header in all requests so far.
func (s *scripted) header(name string) (values []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.asked {
		values = append(values, r.Header.Get(name))
	}
	return values
}

func TestACredentialIsAHeaderOfItsOwn(t *testing.T) {
	upstream := serve(t, map[string]string{"GET /7": `{"s":"on"}`})
	exporter := exportertest.Start(t, exportertest.Options{Config: fmt.Sprintf(`
systems:
  mine:
    id: '[0-9]+'
    headers: {X-Version: '2'}
    status: {path: '/{id}'}
    credential: {header: Authorization, value: 'PVEAPIToken={username}={password}'}
    fields: {state: .s}
    states: {running: ["on"]}
targets:
  - {name: a, system: mine, url: %q, basic_auth: {username: u@pve!ci, password: "s3cr3t"}, jobs: [{id: 7}]}
`, upstream.URL)})
	if got := exporter.Scrape(time.Minute).State("a", "7"); got != "running" {
		t.Errorf("the job is %q", got)
	}
	if got := upstream.header("Authorization"); len(got) != 1 || got[0] != "PVEAPIToken=u@pve!ci=s3cr3t" {
		t.Errorf("sent as %q", got)
	}
	if got := upstream.header("X-Version"); got[0] != "2" {
		t.Errorf("the description's header is %q", got)
	}
	if page := exporter.Get("/config").Body; strings.Contains(page, "s3cr3t") {
		t.Error("the secret is on /config")
	}
}

// TestALoginElsewhereGetsTheCredentialsAlone: its URL is of the configuration, and
// the token goes to the target.
func TestALoginElsewhereGetsTheCredentialsAlone(t *testing.T) {
	issuer := serve(t, map[string]string{"POST /token": `{"t":"tok-1","life":1}`})
	upstream := serve(t, map[string]string{"GET /7": `{"s":"on"}`})
	exporter := exportertest.Start(t, exportertest.Options{Config: fmt.Sprintf(`
systems:
  mine:
    id: '[0-9]+'
    status: {path: '/{id}'}
    login: {url: %q, path: /token, form: {user: '{username}', pass: '{password}', realm: local}, token: {json: .t, minutes: .life}, send: {cookie: Session}}
    fields: {state: .s}
    states: {running: ["on"]}
targets:
  - {name: a, system: mine, url: %q, basic_auth: {username: u, password: 'p&w'}, jobs: [{id: 7}]}
`, issuer.URL, upstream.URL)})
	if got := exporter.Scrape(time.Minute).State("a", "7"); got != "running" {
		t.Errorf("the job is %q", got)
	}
	if got := upstream.header("Cookie"); len(got) != 1 || got[0] != "Session=tok-1" {
		t.Errorf("the token is sent as %q", got)
	}
	if got := append(upstream.header("Authorization"), issuer.header("Authorization")...); strings.Join(got, "") != "" {
		t.Errorf("Authorization is sent: %q", got)
	}
	if log := exporter.Log.String(); strings.Contains(log, "tok-1") || strings.Contains(log, "p&w") {
		t.Error("a secret is in the log")
	}
}

// TestALinkElsewhereEndsTheList: what was listed before it counts, the target is
// not up, and the credentials do not follow it.
func TestALinkElsewhereEndsTheList(t *testing.T) {
	elsewhere := serve(t, map[string]string{})
	upstream := serve(t, map[string]string{
		"GET /api/list": `{"items":[{"id":1,"s":"on"},{"id":"../../x","s":"on"},{"id":"%2e%2e","s":"on"}],"next":"` + elsewhere.URL + `/list?page=2"}`,
	})
	exporter := exportertest.Start(t, exportertest.Options{Config: fmt.Sprintf(`
systems:
  mine:
    id: '[^ ]+'
    status: {path: '/{+id}'}
    list: {path: /list, items: .items, id: .id, whole: true, next: {link: .next}}
    fields: {state: .s}
    states: {running: ["on"]}
targets:
  - {name: a, system: mine, url: %q, authorization: {credentials: tok}, discovery: true}
`, upstream.URL+"/api")})
	scraped := exporter.Scrape(time.Minute)
	if got := scraped.Jobs("a"); len(got) != 1 || got[0] != "1" {
		t.Errorf("listed are %q", got)
	}
	if value, ok := scraped.Value("asyncjob_target_failure", "reason", "redirect"); !ok || value != 1 {
		t.Error("the target's failure is no redirect")
	}
	if len(elsewhere.asked) > 0 {
		t.Error("the link was followed")
	}
}
