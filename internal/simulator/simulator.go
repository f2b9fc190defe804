// Package simulator serves the upstream systems' APIs on loopback, over real
// HTTP and with strict logins. It is what stands behind --demo, behind the
// end-to-end tests and behind the benchmark. It is written from the vendors'
// documents alone and shares no code with the exporter, so that the two can
// disagree.
//
// What a job does is a pure function of the time since the simulator's start:
// nothing happens between two requests, and a test's clock can leap.
package simulator

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// API is one simulated system.
type API interface {
	// System is the system's name in the exporter's configuration.
	System() string
	// Handler serves the vendor's paths for the world's jobs.
	Handler(world *World) http.Handler
	// Target is the exporter's configuration of one target that reads this
	// system at baseURL: one item of a YAML list, indented by two spaces a level.
	Target(world *World, baseURL string) string
}

// Simulator is a set of systems, each listening on a loopback port of its own.
type Simulator struct {
	world   *World
	systems []*listening
	serving sync.WaitGroup
}

// listening is one system with its server.
type listening struct {
	api    API
	url    string
	server *http.Server
}

// loopback is the address listened on where the options name none.
const loopback = "127.0.0.1:0"

// Start serves each of the systems on a port of its own until Close.
func Start(apis []API, options Options) (*Simulator, error) {
	world, err := NewWorld(options)
	if err != nil {
		return nil, err
	}
	for _, api := range apis {
		world.systems = append(world.systems, api.System())
	}
	simulator := &Simulator{world: world}
	for _, api := range apis {
		if err := simulator.listen(api, options); err != nil {
			return nil, errors.Join(err, simulator.Close())
		}
	}
	return simulator, nil
}

func (s *Simulator) listen(api API, options Options) error {
	if s.find(api.System()) != nil {
		return fmt.Errorf("simulate %s: it is in the list twice", api.System())
	}
	address := options.ListenAddress
	if address == "" {
		address = loopback
	}
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("simulate %s: listen address: %w", api.System(), err)
	}
	listener, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(parsed))
	if err != nil {
		return fmt.Errorf("simulate %s: %w", api.System(), err)
	}
	system := &listening{
		api:    api,
		url:    "http://" + listener.Addr().String(),
		server: &http.Server{Handler: api.Handler(s.world), ReadHeaderTimeout: 10 * time.Second},
	}
	if options.Logger != nil {
		system.server.ErrorLog = slog.NewLogLogger(options.Logger.Handler(), slog.LevelWarn)
	}
	s.systems = append(s.systems, system)
	s.serving.Go(func() {
		if err := system.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && options.Logger != nil {
			options.Logger.Error("The simulator stopped serving", "system", api.System(), "err", err)
		}
	})
	return nil
}

// Close ends all listeners and connections at once.
func (s *Simulator) Close() error {
	var failures []error
	for _, system := range s.systems {
		failures = append(failures, system.server.Close())
	}
	s.serving.Wait()
	return errors.Join(failures...)
}

// Config is a whole configuration for the exporter, in YAML: one target for
// each system, loopback URLs and the credentials that the systems ask for.
func (s *Simulator) Config() string {
	var config strings.Builder
	config.WriteString("# Written by the simulator: loopback addresses, and credentials that open nothing else.\ntargets:\n")
	for _, system := range s.systems {
		if s.world.load != nil && s.world.loadCount(system.api.System()) == 0 {
			continue
		}
		target := system.api.Target(s.world, system.url)
		for line := range strings.Lines(target) {
			config.WriteString("  " + line)
		}
	}
	return config.String()
}

// URL is where the system listens; empty where it is not simulated.
func (s *Simulator) URL(system string) string {
	if found := s.find(system); found != nil {
		return found.url
	}
	return ""
}

func (s *Simulator) find(system string) *listening {
	for _, candidate := range s.systems {
		if candidate.api.System() == system {
			return candidate
		}
	}
	return nil
}

// Requests are the last requests in the order in which they were answered, at
// most keptRequests of them.
func (s *Simulator) Requests() []Request { return s.world.record.requests() }

// Count is the number of requests answered for a system and an operation: login,
// logout, list, status, files, item, or unknown for an address that no vendor
// has. An empty name stands for all.
func (s *Simulator) Count(system, operation string) int {
	return s.world.record.count(system, operation)
}

// OpenSessions is the number of sessions that were logged in to, and neither
// logged out of nor timed out.
func (s *Simulator) OpenSessions() int { return s.world.logins.openSessions() }

// ForgetLogins makes every session and token invalid, as a restarted upstream
// does.
func (s *Simulator) ForgetLogins() { s.world.logins.forget() }

// Secrets are the strings that an exporter must never show: passwords, the
// sessions and tokens issued so far, and the canaries in the replies' bodies.
func (s *Simulator) Secrets() []string { return s.world.secrets.all() }
