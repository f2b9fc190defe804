package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// webClient unpacks nothing, so that tests see what was sent.
var webClient = &http.Client{Transport: &http.Transport{DisableCompression: true}}

// newClock is a clock that only the test moves.
func newClock() *exportertest.Clock {
	return exportertest.NewClockAt(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
}

// start is a simulator of all four systems that ends with the test.
func start(t *testing.T, options simulator.Options) *simulator.Simulator {
	t.Helper()
	apis := []simulator.API{simulator.SampleExchange(), simulator.VSphere(), simulator.OracleMarketplace(), simulator.OracleContent()}
	started, err := simulator.Start(apis, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		webClient.CloseIdleConnections()
		if err := started.Close(); err != nil {
			t.Error(err)
		}
	})
	return started
}

// target is a target as the simulator writes it into the configuration.
type target struct {
	Name      string
	System    string
	URL       string
	UserID    string                              `yaml:"user_id"`
	BasicAuth struct{ Username, Password string } `yaml:"basic_auth"`
	OAuth2    struct {
		ClientID     string   `yaml:"client_id"`
		ClientSecret string   `yaml:"client_secret"`
		TokenURL     string   `yaml:"token_url"`
		Scopes       []string `yaml:"scopes"`
	} `yaml:"oauth2"`
	Discovery bool
	Jobs      []struct{ ID, Name, Kind, Type, Path string }
}

func targets(t *testing.T, config string) map[string]target {
	t.Helper()
	var parsed struct{ Targets []target }
	if err := yaml.Unmarshal([]byte(config), &parsed); err != nil {
		t.Fatalf("the configuration is not YAML: %v\n%s", err, config)
	}
	bySystem := map[string]target{}
	for _, target := range parsed.Targets {
		bySystem[target.System] = target
	}
	return bySystem
}

// object is a JSON object.
type object = map[string]any

// upstream is a client of one simulated system.
type upstream struct {
	t      *testing.T
	target target
	header http.Header
}

// connect logs in to a system with the credentials of the configuration.
func connect(t *testing.T, running *simulator.Simulator, system string) *upstream {
	t.Helper()
	client := &upstream{t: t, target: targets(t, running.Config())[system], header: http.Header{}}
	basic := client.target.BasicAuth
	switch system {
	case "sample_exchange":
		client.header.Set("Authorization", basicAuth(basic.Username, basic.Password))
	case "vsphere":
		client.header.Set("vmware-api-session-id", client.vsphereLogin(basic.Username, basic.Password))
	case "oracle_marketplace":
		login := http.Header{"Authorization": {basicAuth(basic.Username, basic.Password)}}
		_, body, _ := call(t, http.MethodGet, client.target.URL+"/appstore/publisher/v1/authenticate", login, "")
		client.header.Set("Authorization", "Bearer "+decode(t, body)["access_token"].(string))
		client.header.Set("X-Oracle-UserId", client.target.UserID)
	case "oracle_content":
		client.header.Set("Authorization", "Bearer "+client.contentToken())
	default:
		t.Fatalf("no login for %s", system)
	}
	return client
}

func (u *upstream) vsphereLogin(user, password string) string {
	u.t.Helper()
	login := http.Header{"Authorization": {basicAuth(user, password)}}
	status, body, _ := call(u.t, http.MethodPost, u.target.URL+"/api/session", login, "")
	if status != http.StatusCreated {
		u.t.Fatalf("login: status %d: %s", status, body)
	}
	var session string
	if err := json.Unmarshal(body, &session); err != nil {
		u.t.Fatalf("the login's reply is not a bare JSON string: %s", body)
	}
	return session
}

func (u *upstream) contentToken() string {
	u.t.Helper()
	login := http.Header{
		"Authorization": {basicAuth(u.target.OAuth2.ClientID, u.target.OAuth2.ClientSecret)},
		"Content-Type":  {"application/x-www-form-urlencoded"},
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {strings.Join(u.target.OAuth2.Scopes, " ")}}
	_, body, _ := call(u.t, http.MethodPost, u.target.OAuth2.TokenURL, login, form.Encode())
	return decode(u.t, body)["access_token"].(string)
}

// get asks for a path with the client's login.
func (u *upstream) get(path string) (int, []byte) {
	u.t.Helper()
	status, body, _ := call(u.t, http.MethodGet, u.target.URL+path, u.header, "")
	return status, body
}

// object asks for a path that must answer 200 with a JSON object.
func (u *upstream) object(path string) object {
	u.t.Helper()
	status, body := u.get(path)
	if status != http.StatusOK {
		u.t.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	return decode(u.t, body)
}

// strings asks for a path that must answer 200 with a JSON list of strings.
func (u *upstream) strings(path string) []string {
	u.t.Helper()
	status, body := u.get(path)
	var list []string
	if err := json.Unmarshal(body, &list); err != nil || status != http.StatusOK {
		u.t.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	return list
}

// job is the id of the configured job of a name.
func (u *upstream) job(name string) string {
	u.t.Helper()
	for _, job := range u.target.Jobs {
		if job.Name == name {
			return job.ID
		}
	}
	u.t.Fatalf("no job %q in the configuration of %s", name, u.target.Name)
	return ""
}

func basicAuth(user, password string) string {
	request := http.Request{Header: http.Header{}}
	request.SetBasicAuth(user, password)
	return request.Header.Get("Authorization")
}

// call makes one request without a redirect being followed or a body unpacked.
func call(t *testing.T, method, address string, header http.Header, body string) (int, []byte, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	response, err := webClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, read, response.Header
}

func decode(t *testing.T, body []byte) object {
	t.Helper()
	var decoded object
	if err := json.Unmarshal(body, &decoded); err != nil {
		t.Fatalf("not a JSON object: %v: %.200s", err, body)
	}
	return decoded
}

// at follows names and indices into a JSON value; nil where there is nothing.
func at(value any, steps ...any) any {
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			members, _ := value.(object)
			value = members[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}
