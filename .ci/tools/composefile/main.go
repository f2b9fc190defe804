// Command composefile loads a Compose file as "docker compose config" would,
// with Compose's own schema, and without a Docker engine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "composefile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, files []string) error {
	if len(files) == 0 {
		return errors.New("usage: composefile FILE...")
	}
	options, err := cli.NewProjectOptions(files)
	if err != nil {
		return err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return err
	}
	for _, name := range project.ServiceNames() {
		fmt.Printf("%s: %s\n", name, project.Services[name].Image)
	}
	return nil
}
