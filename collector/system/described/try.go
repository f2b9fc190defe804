package described

import (
	"context"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Try makes a job of a saved status reply. Parts that have a path of their own
// are not in it.
func (s *System) Try(ctx context.Context, target *config.Target, reply []byte) (*job.Job, error) {
	return newReader(s.d, s.gate, target, nil, time.Now).decodeStatus(ctx, "the saved reply", reply)
}
