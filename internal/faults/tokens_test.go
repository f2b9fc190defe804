package faults

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// A token that is exchanged for is renewed before it ends: no read is ever refused.
func TestAnExchangedTokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	clock := exportertest.NewClock()
	simulated := exportertest.Simulate(t, simulator.Options{Clock: clock.Now, TokenTTL: time.Hour, Load: &simulator.Load{Jobs: 2}}, simulator.OracleMarketplace())
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: simulated.Config()})
	for range 48 { // every 5 minutes for 4 hours
		if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 2 {
			t.Errorf("%v of 2 jobs are up", up)
		}
		clock.Advance(5 * time.Minute)
	}
	if logins := simulated.Count("", "login"); logins < 4 || logins > 5 {
		t.Errorf("%d tokens in 4 hours of tokens of one hour, want 4 or 5", logins)
	}
	wantNoRefusals(t, simulated)
}

func wantNoRefusals(t *testing.T, simulated *simulator.Simulator) {
	t.Helper()
	for _, request := range simulated.Requests() {
		if request.Status == http.StatusUnauthorized {
			t.Errorf("%s %s was refused", request.Method, request.Path)
		}
	}
}

// tokenEndpoint issues tokens and knows which are valid.
type tokenEndpoint struct {
	mutex   sync.Mutex
	life    time.Duration
	issued  map[string]time.Time
	refused int
}

func (e *tokenEndpoint) issue(w http.ResponseWriter, _ *http.Request) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	value := fmt.Sprint("token-", len(e.issued))
	e.issued[value] = time.Now().Add(e.life)
	jsonBody(fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, value, int(e.life.Seconds())))(w, nil)
}

func (e *tokenEndpoint) read(w http.ResponseWriter, r *http.Request) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if time.Now().After(e.issued[token]) {
		e.refused++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	jsonBody(`{"progress":"processing"}`)(w, r)
}

// oauth2Target is a target of oracle_content with some jobs and a token endpoint
// on the same server.
func oauth2Target(url string, jobs int) string {
	text := ""
	for i := range jobs {
		text += fmt.Sprintf("{type: T, id: J%d},", i)
	}
	return oneTarget("oracle_content", url,
		"oauth2: {client_id: client, client_secret: secret, token_url: "+url+"/token}", "jobs: ["+text+"]")
}

// An OAuth2 token is renewed before it ends, too, and shared by all reads.
func TestAnOAuth2TokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	endpoint := &tokenEndpoint{life: 3 * time.Second, issued: map[string]time.Time{}}
	upstream := newScript(t)
	upstream.set("POST /token", endpoint.issue)
	for i := range 5 {
		upstream.set(fmt.Sprint(contentPath, "J", i), endpoint.read)
	}
	exporter := exportertest.Start(t, exportertest.Options{Config: oauth2Target(upstream.URL, 5)})
	for began := time.Now(); time.Since(began) < 7*time.Second; {
		if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 5 {
			t.Errorf("%v of 5 jobs are up", up)
		}
		time.Sleep(100 * time.Millisecond)
	}
	// A token is used for nine tenths of its three seconds.
	if logins := upstream.Count(http.MethodPost, "/token"); logins != 3 {
		t.Errorf("%d tokens in 7 s of tokens of 3 s, want 3", logins)
	}
	if endpoint.refused != 0 {
		t.Errorf("%d reads were refused", endpoint.refused)
	}
}

// Whatever the endpoint says of its token's life, a token serves more than one read.
func TestAnAbsurdLifeOfATokenIsNoReasonToFetchMore(t *testing.T) {
	t.Parallel()
	for _, life := range []string{"0", "-1", "-3600", "99999999999999", `"3600"`, `null`} {
		t.Run(life, func(t *testing.T) {
			t.Parallel()
			upstream := newScript(t)
			grant := jsonBody(`{"access_token":"t","token_type":"Bearer","expires_in":` + life + `}`)
			upstream.set("POST /token", grant)
			upstream.set("/appstore/publisher/v1/authenticate", grant)
			for i := range 20 {
				upstream.set(fmt.Sprint(contentPath, "J", i), jsonBody(`{"progress":"processing"}`))
				upstream.set(fmt.Sprint(imagesPath, "/", i), jsonBody(`{"statusName":"In Progress"}`))
			}
			content := exportertest.Start(t, exportertest.Options{Config: oauth2Target(upstream.URL, 20)})
			images := ""
			for i := range 20 {
				images += fmt.Sprintf("{id: %d},", i)
			}
			marketplace := exportertest.Start(t, exportertest.Options{Config: oneTarget("oracle_marketplace", upstream.URL,
				"basic_auth: {username: u, password: p}", "jobs: ["+images+"]")})
			for range 3 {
				for _, exporter := range []*exportertest.Exporter{content, marketplace} {
					if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 20 {
						t.Errorf("%v of 20 jobs are up", up)
					}
				}
			}
			oauth2, exchanged := upstream.Count(http.MethodPost, "/token"), upstream.Count("", "/appstore/publisher/v1/authenticate")
			if oauth2 != 1 || exchanged != 1 {
				t.Errorf("%d tokens by OAuth2 and %d exchanged, want one each", oauth2, exchanged)
			}
		})
	}
}

// An endpoint that wants the client's secret in the body is found out once; one
// that is broken is not asked twice.
func TestTheTokenEndpointIsAskedNoMoreThanNeeded(t *testing.T) {
	t.Parallel()
	t.Run("secret in the body", func(t *testing.T) {
		t.Parallel()
		upstream, asked := newScript(t), atomic.Int32{}
		upstream.set("POST /token", func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			if r.PostFormValue("client_secret") != "secret" {
				status(http.StatusUnauthorized, "application/json", `{"error":"invalid_client"}`)(w, r)
				return
			}
			jsonBody(`{"access_token":"t","expires_in":3600}`)(w, r)
		})
		lost := atomic.Bool{}
		upstream.set(contentPath+"J0", func(w http.ResponseWriter, r *http.Request) {
			if lost.CompareAndSwap(true, false) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			jsonBody(`{"progress":"processing"}`)(w, r)
		})
		exporter := exportertest.Start(t, exportertest.Options{Config: oauth2Target(upstream.URL, 1)})
		for _, want := range []int32{2, 3, 4} {
			wantState(t, exporter.Scrape(patient), "J0", "running")
			if got := asked.Load(); got != want {
				t.Errorf("the endpoint was asked %d times so far, want %d", got, want)
			}
			lost.Store(true)
		}
	})
	for name, broken := range map[string]answer{
		"503": html(503), "429 with Retry-After": html(429, "Retry-After", "60"), "403": html(403), "garbage": html(200), "reset": reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upstream := newScript(t)
			upstream.set("POST /token", broken)
			exporter := exportertest.Start(t, exportertest.Options{Config: oauth2Target(upstream.URL, 20)})
			exporter.Scrape(patient)
			if asked := upstream.Count(http.MethodPost, "/token"); asked != 1 {
				t.Errorf("the endpoint was asked %d times in one scrape, want once", asked)
			}
		})
	}
}
