// Command release builds what a release consists of: one archive for each
// platform, a bill of materials for each binary, and the checksums of all of
// them. Two runs on the same commit with the same Go give the same bytes,
// whoever runs them, wherever and whenever.
//
// It runs from the root of a clean git clone, as "make release" does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run releases the clone in the working directory and tells out the names of
// the files that it made.
func run(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	output := flags.String("output", "dist", "directory for the files of the release; must be empty or absent")
	names := flags.String("platforms", "linux/amd64,linux/arm64,darwin/arm64,windows/amd64", "what to build for, as os/architecture")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	platforms, err := parsePlatforms(*names)
	if err != nil {
		return err
	}

	src, err := readSource(ctx, ".")
	if err != nil {
		return err
	}
	if err := makeEmpty(*output); err != nil {
		return err
	}

	var made []string
	for _, p := range platforms {
		files, err := releasePlatform(ctx, src, p, *output)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		made = append(made, files...)
	}
	sums, err := writeChecksums(*output, made)
	if err != nil {
		return err
	}
	for _, name := range append(made, sums) {
		fmt.Fprintln(out, filepath.Join(*output, name))
	}
	return nil
}

// releasePlatform makes one platform's archive and bill of materials in the
// directory output and returns their names.
func releasePlatform(ctx context.Context, src source, p platform, output string) ([]string, error) {
	scratch, err := os.MkdirTemp("", "release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)

	binary := filepath.Join(scratch, p.binary())
	if err := build(ctx, src, p, binary); err != nil {
		return nil, err
	}
	materials, err := readMaterials(ctx, src, binary)
	if err != nil {
		return nil, err
	}

	entries, err := contents(src, p, binary, materials)
	if err != nil {
		return nil, err
	}
	archive := src.archiveName(p)
	if err := writeArchive(filepath.Join(output, archive), p, entries, src.time); err != nil {
		return nil, err
	}
	bill := src.baseName(p) + ".cdx.json"
	if err := writeBill(filepath.Join(output, bill), src, materials); err != nil {
		return nil, err
	}
	return []string{archive, bill}, nil
}

// makeEmpty makes the directory where it is absent and refuses one that holds
// something, so that the files of two releases never mix.
func makeEmpty(directory string) error {
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // a release is for everybody to read
		return err
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("output directory %s is not empty", directory)
	}
	return nil
}
