package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// The end takes at most 5 seconds, whatever hangs: scrapes under way may finish
// for graceTime, then they are answered with what is known by answerTime, and
// what is left is for the logouts.
const (
	graceTime  = 1500 * time.Millisecond
	answerTime = 2500 * time.Millisecond
	logoutTime = 2 * time.Second
)

const (
	// readHeaderTimeout and idleTimeout keep slow clients from piling up.
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 5 * time.Minute
)

// Serve answers requests until the context ends, then ends the scrapes under way
// and logs out of all targets. The error says what kept it from serving.
func Serve(ctx context.Context, f *Flags, handler http.Handler, reader *collector.Collector, logger *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- toolkit.ListenAndServe(server, f.Web, logger) }()
	select {
	case err := <-failed:
		logOut(ctx, reader, logger)
		return fmt.Errorf("serving on %s (--web.listen-address): %w", strings.Join(*f.Web.WebListenAddresses, ", "), err)
	case <-ctx.Done():
	}
	logger.Info("Shutting down")
	answer(ctx, server, reader, logger)
	logOut(ctx, reader, logger)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return served
	}
	return nil
}

// answer stops listening and waits for the scrapes under way. A client that does
// not take its answer is cut off.
func answer(ctx context.Context, server *http.Server, reader *collector.Collector, logger *slog.Logger) {
	hurry := time.AfterFunc(graceTime, reader.Stop)
	defer hurry.Stop()
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
	defer cancel()
	if err := server.Shutdown(bounded); err != nil {
		logger.Warn("Not all requests under way were answered", "err", err)
		_ = server.Close()
	}
}

// logOut logs out of all targets. That an upstream does not answer a logout is no
// fault of the end.
func logOut(ctx context.Context, reader *collector.Collector, logger *slog.Logger) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutTime)
	defer cancel()
	if err := reader.Close(bounded); err != nil {
		logger.Warn("Not all sessions were logged out of; they end by themselves when idle", "err", err)
	}
}
