package simulator

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options say how a simulator differs from that of the demo. The zero value is
// the demo.
type Options struct {
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
	// Latency passes before each answer.
	Latency time.Duration
	// Load replaces the demo's jobs.
	Load *Load
	// Intercept sees each request before it is authorized and is how tests
	// inject faults. True means that it has answered. It may hijack the
	// connection by http.ResponseController, or panic with http.ErrAbortHandler.
	Intercept func(system string, w http.ResponseWriter, r *http.Request) bool
	// ListenAddress is the IP address and the port that each system listens on;
	// empty: any free loopback port.
	ListenAddress string
	// SessionTTL is how long a session outlives its last use; 0: for ever.
	SessionTTL time.Duration
	// TokenTTL is how long a bearer token is valid; 0: seven days, as with both
	// vendors that issue one.
	TokenTTL time.Duration
	// Gzip compresses the answers for clients that accept it.
	Gzip bool
	// Logger takes the servers' own errors; nil: they are dropped by log's
	// default.
	Logger *slog.Logger
}

// tokenTTL is the life of a token that both vendors document.
const tokenTTL = 7 * 24 * time.Hour

// World is what all simulated systems share.
type World struct {
	clock     func() time.Time
	start     time.Time
	latency   time.Duration
	gzip      bool
	intercept func(system string, w http.ResponseWriter, r *http.Request) bool

	// load is nil for the demo's jobs.
	load *Load
	// systems are the names of all simulated systems, which share the load.
	systems []string

	// certificate signs what the simulated publishers publish.
	certificate certificate

	record  *record
	logins  *logins
	secrets *secrets
}

// NewWorld is a world that starts now. It fails only where the machine has no
// randomness for the certificate's key.
func NewWorld(options Options) (*World, error) {
	clock := options.Clock
	if clock == nil {
		clock = time.Now
	}
	start := clock()
	signer, err := newCertificate(start)
	if err != nil {
		return nil, err
	}
	tokens := options.TokenTTL
	if tokens == 0 {
		tokens = tokenTTL
	}
	secrets := &secrets{}
	return &World{
		clock:       clock,
		start:       start,
		latency:     options.Latency,
		gzip:        options.Gzip,
		intercept:   options.Intercept,
		load:        options.Load,
		certificate: signer,
		record:      newRecord(),
		logins:      newLogins(clock, options.SessionTTL, tokens, secrets),
		secrets:     secrets,
	}, nil
}

// elapsed is the time since the world's start.
func (w *World) elapsed() time.Duration { return w.clock().Sub(w.start) }

// secrets are the strings that no exporter may show.
type secrets struct {
	mutex sync.Mutex
	known []string
}

func (s *secrets) add(values ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.known = append(s.known, values...)
}

func (s *secrets) all() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]string(nil), s.known...)
}
