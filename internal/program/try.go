package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Try is --config.try: it prints the metrics that a saved reply would give, and
// to errOut what came of each field.
func Try(ctx context.Context, f *Flags, rules config.Rules, out, errOut io.Writer) error {
	name, file, ok := strings.Cut(f.Try, ":")
	if !ok || name == "" || file == "" {
		return errors.New("--config.try must be SYSTEM:FILE, such as my_api:reply.json")
	}
	target, found, err := config.Trial(f.ConfigFile, f.ConfigFile == defaultConfigFile, name, rules)
	if err != nil {
		return err
	}
	tried, ok := found.(system.Trier)
	if !ok {
		return fmt.Errorf("--config.try: system %s cannot be tried on one reply: reading a job takes several of them", name)
	}
	reply, err := readReply(file, target.MaxResponseBytes)
	if err != nil {
		return err
	}
	ctx, trace := upstream.WithTrace(ctx, time.Now())
	err = collector.Try(ctx, out, tried, target, reply)
	fmt.Fprint(errOut, trace.String())
	if err != nil {
		return fmt.Errorf("system %s, %s: %w", name, file, err)
	}
	return nil
}

// readReply reads a file as a target would read a reply.
func readReply(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the saved reply: %w", err)
	}
	defer file.Close()
	reply, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading the saved reply: %w", err)
	}
	if int64(len(reply)) > limit {
		return nil, fmt.Errorf("the saved reply %s is larger than max_response_bytes, %d bytes", path, limit)
	}
	return config.WithoutMark(reply), nil
}

// PrintSystem is --config.print-system.
func PrintSystem(f *Flags, descriptionOf func(name string) ([]byte, error), out io.Writer) error {
	text, err := descriptionOf(f.PrintSystem)
	if err != nil {
		return fmt.Errorf("--config.print-system: %w", err)
	}
	_, err = out.Write(text)
	return err
}
