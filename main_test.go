package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// asProgram makes this test's binary the exporter itself, for tests of how the
// process ends.
const asProgram = "ASYNCJOB_EXPORTER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

const validConfig = `
targets:
  - name: vcenter-prod
    system: vsphere
    url: https://vcenter.example.com
    basic_auth: {username: u, password: canary-password}
    jobs: [{id: a}, {id: b}]
`

// --config.check prints what was understood of a good configuration.
func TestConfigCheckOfAGoodConfiguration(t *testing.T) {
	var out, errOut terminal
	if err := run(t.Context(), []string{"--config.check", "--config.file=" + write(t, "a.yml", validConfig)}, nil, &out, &errOut); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"vcenter-prod", "vsphere", "https://vcenter.example.com", "basic_auth", "2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output does not tell of %s:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String()+errOut.String(), "canary") {
		t.Errorf("the output shows a secret:\n%s%s", out.String(), errOut.String())
	}
}

// --config.check refuses a bad configuration, job file or web configuration,
// naming what is wrong and no secret.
func TestConfigCheckOfABadConfiguration(t *testing.T) {
	good := write(t, "good.yml", validConfig)
	jobs := write(t, "jobs.yml", "[{id: c}, {id: c}]")
	for name, check := range map[string]struct {
		arguments []string
		want      []string
	}{
		"no file":        {[]string{"--config.file=/no/such/file.yml"}, []string{"/no/such/file.yml"}},
		"unknown key":    {[]string{"--config.file=" + write(t, "a.yml", validConfig+"    colour: canary\n")}, []string{"a.yml", "vcenter-prod", "colour"}},
		"unknown system": {[]string{"--config.file=" + write(t, "a.yml", strings.Replace(validConfig, "vsphere", "jenkins", 1))}, []string{"jenkins", "vcenter-prod"}},
		"userinfo":       {[]string{"--config.file=" + write(t, "a.yml", strings.Replace(validConfig, "https://", "https://u:canary@", 1))}, []string{"url", "vcenter-prod"}},
		"job file":       {[]string{"--config.file=" + write(t, "a.yml", validConfig+"    job_files: ["+jobs+"]\n")}, []string{"jobs.yml", "twice"}},
		"web config":     {[]string{"--config.file=" + good, "--web.config.file=" + write(t, "web.yml", "basic_auth_usrs: {u: canary}")}, []string{"web.yml"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut terminal
			err := run(t.Context(), append(check.arguments, "--config.check"), nil, &out, &errOut)
			if err == nil {
				t.Fatalf("it was accepted:\n%s", out.String())
			}
			for _, want := range check.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not name %s: %v", want, err)
				}
			}
			if all := out.String() + errOut.String() + err.Error(); strings.Contains(all, "canary") {
				t.Errorf("the output shows a secret:\n%s", all)
			}
		})
	}
}

// --demo serves jobs of all four systems, without anything else, tells where to
// look, and ends well.
func TestDemo(t *testing.T) {
	demo := start(t, "--demo")
	_, text := demo.get(t, "http://"+demo.address+"/metrics", newClient(t))
	e, err := exportertest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range []string{"sample_exchange", "vsphere", "oracle_marketplace", "oracle_content"} {
		if up := e.Sum("asyncjob_up", "system", system); up < 5 || up != float64(len(e.Series("asyncjob_up", "system", system))) {
			t.Errorf("%v of %d jobs of %s are up", up, len(e.Series("asyncjob_up", "system", system)), system)
		}
	}
	for _, want := range []string{"/jobs", "/metrics", "scrape_configs:", "vsphere"} {
		if !strings.Contains(demo.out.String(), want) {
			t.Errorf("the demo's guide does not tell of %s:\n%s", want, demo.out.String())
		}
	}
	demo.end(t)
}

// The end of the context ends run well: it stops listening and logs out.
func TestTheEndLogsOut(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{})
	p := start(t, "--config.file="+write(t, "a.yml", simulated.Config()))
	if code, _ := p.get(t, "http://"+p.address+"/metrics", newClient(t)); code != http.StatusOK {
		t.Errorf("/metrics: %d", code)
	}
	if open := simulated.OpenSessions(); open != 1 {
		t.Errorf("%d sessions are open after a scrape, want 1", open)
	}
	p.end(t)
	if open, logouts := simulated.OpenSessions(), simulated.Count("vsphere", "logout"); open != 0 || logouts != 1 {
		t.Errorf("%d sessions are open after the end, %d logouts, want none and one", open, logouts)
	}
	dialer := net.Dialer{Timeout: time.Second}
	if connection, err := dialer.DialContext(t.Context(), "tcp", p.address); err == nil {
		t.Error("it still listens")
		if err := connection.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The end waits for scrapes under way.
func TestTheEndWaitsForScrapes(t *testing.T) {
	reading, goOn := make(chan struct{}), make(chan struct{})
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: 1},
		Intercept: func(_ string, _ http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/file") {
				close(reading)
				<-goOn
			}
			return false
		},
	}, simulator.VSphere())
	p := start(t, "--config.file="+write(t, "a.yml", simulated.Config()))
	type page struct {
		code int
		body string
	}
	scraped := make(chan page)
	go func() {
		code, body := p.get(t, "http://"+p.address+"/metrics", newClient(t))
		scraped <- page{code, body}
	}()
	<-reading
	p.stop()
	time.Sleep(50 * time.Millisecond)
	close(goOn)
	if got := <-scraped; got.code != http.StatusOK || !strings.Contains(got.body, "\nasyncjob_up{") || strings.Contains(got.body, "asyncjob_query_failure{") {
		t.Errorf("the scrape under way is answered %d:\n%s", got.code, got.body)
	}
	p.end(t)
	if open := simulated.OpenSessions(); open != 0 {
		t.Errorf("%d sessions are open after the end", open)
	}
}

// What keeps the program from starting is one error that names it.
func TestWhatKeepsItFromStarting(t *testing.T) {
	var listening net.ListenConfig
	taken, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	good := "--config.file=" + write(t, "good.yml", validConfig)
	for name, call := range map[string]struct {
		arguments []string
		want      string
	}{
		"port in use":      {[]string{good, "--web.listen-address=" + taken.Addr().String()}, taken.Addr().String()},
		"port in use demo": {[]string{"--demo", "--web.listen-address=" + taken.Addr().String()}, taken.Addr().String()},
		"web config":       {[]string{good, "--web.listen-address=127.0.0.1:0", "--web.config.file=" + write(t, "web.yml", "nonsense: 1")}, "nonsense"},
		"telemetry path":   {[]string{good, "--web.telemetry-path=/probe"}, "--web.telemetry-path"},
		"no configuration": {[]string{"--config.file=/no/such/file.yml"}, "/no/such/file.yml"},
		"unknown flag":     {[]string{"--colour"}, "colour"},
		"bad duration":     {[]string{"--scrape.timeout=30"}, "--scrape.timeout=30: "},
		"bad number":       {[]string{"--web.max-requests", "many"}, "--web.max-requests=many: "},
		"bad log level":    {[]string{"--log.level=loud"}, "loud"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut terminal
			err := run(t.Context(), call.arguments, nil, &out, &errOut)
			if err == nil || !strings.Contains(err.Error(), call.want) {
				t.Errorf("the error is %v, want one that names %s", err, call.want)
			}
		})
	}
}

// The exporter-toolkit's web configuration gives TLS and basic auth.
func TestTLSAndBasicAuth(t *testing.T) {
	certificate := exportertest.NewTLSUpstream(t, func(http.ResponseWriter, *http.Request) {}).TLS.Certificates[0]
	const hash = "$2a$04$gdRxee96WIXc.DeCG/19yOzHP7P8XOlwMrl9enH4jDCc5lvVoSqdO" // bcrypt of "open sesame"
	web := write(t, "web.yml", fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s}\nbasic_auth_users: {ali: %q}\n",
		write(t, "cert.pem", certificatePEM(certificate)), write(t, "key.pem", keyPEM(t, certificate)), hash))
	p := start(t, "--config.file="+write(t, "a.yml", validConfig), "--web.config.file="+web, "--no-web.metrics-jobs")
	client := newClient(t)
	if code, _ := p.get(t, "https://"+p.address+"/metrics", client); code != http.StatusUnauthorized {
		t.Errorf("without a password: %d, want 401", code)
	}
	if code, _ := p.get(t, "https://ali:wrong@"+p.address+"/metrics", client); code != http.StatusUnauthorized {
		t.Errorf("with a wrong password: %d, want 401", code)
	}
	if code, body := p.get(t, "https://ali:open%20sesame@"+p.address+"/metrics", client); code != http.StatusOK || !strings.Contains(body, "asyncjob_exporter_build_info") {
		t.Errorf("with the password: %d", code)
	}
	if code, _ := p.get(t, "http://"+p.address+"/metrics", client); code != http.StatusBadRequest {
		t.Errorf("without TLS: %d, want 400", code)
	}
	p.end(t)
}

// SIGHUP and the interval of automatic reloads both take a changed file over.
func TestReloadBySignalAndByInterval(t *testing.T) {
	for name, by := range map[string]struct {
		flag   string
		signal bool
	}{
		"signal": {"--config.auto-reload-interval=0s", true}, "interval": {"--config.auto-reload-interval=50ms", false},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.yml", validConfig)
			p := start(t, "--config.file="+path, by.flag)
			if err := os.WriteFile(path, []byte(strings.Replace(validConfig, "vcenter-prod", "renamed", 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			client, shown := newClient(t), ""
			for range 200 {
				if by.signal {
					select {
					case p.hangups <- syscall.SIGHUP:
					default: // the last one was not seen yet
					}
				}
				if _, shown = p.get(t, "http://"+p.address+"/config", client); strings.Contains(shown, "renamed") {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if !strings.Contains(shown, "renamed") {
				t.Errorf("the changed file was not taken over:\n%s", shown)
			}
			p.end(t)
		})
	}
}

// The process ends with 0 on SIGTERM and SIGINT, and with 1 and one line on the
// terminal where it cannot start.
func TestTheProcessesEnd(t *testing.T) {
	for _, end := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(end.String(), func(t *testing.T) {
			var errOut terminal
			command := exec.CommandContext(t.Context(), os.Args[0], "--demo", "--web.listen-address=127.0.0.1:0")
			command.Env = append(os.Environ(), asProgram+"=1")
			command.Stderr = &errOut
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			for range 1000 {
				if strings.Contains(errOut.String(), "Listening on") {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			if err := command.Process.Signal(end); err != nil {
				t.Fatal(err)
			}
			if err := command.Wait(); err != nil {
				t.Errorf("it ended with %v:\n%s", err, errOut.String())
			}
		})
	}
	t.Run("cannot start", func(t *testing.T) {
		command := exec.CommandContext(t.Context(), os.Args[0], "--config.file=/no/such/file.yml")
		command.Env = append(os.Environ(), asProgram+"=1")
		output, err := command.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("it ended with %v, want exit status 1", err)
		}
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "asyncjob_exporter: ") || !strings.Contains(last, "/no/such/file.yml") {
			t.Errorf("its last words are %q", last)
		}
	})
}
