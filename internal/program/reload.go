package program

import (
	"context"
	"os"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// ReloadOnHangup reloads the configuration with each signal until the context
// ends. The signals are caught from the program's first moment: else one that
// comes while it starts would end it.
func ReloadOnHangup(ctx context.Context, hangups <-chan os.Signal, reloader *config.Reloader) {
	for {
		select {
		case <-hangups:
			_ = reloader.Reload() // logged and exported by the reloader
		case <-ctx.Done():
			return
		}
	}
}
