package upstream

import (
	"context"
	"sync"
)

// background counts goroutines that outlive whoever started them, so that the end
// of the program can wait for them.
type background struct {
	mu      sync.Mutex
	running int
	// idle is closed when none is running any more.
	idle chan struct{}
}

// Go runs a function.
func (b *background) Go(work func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == 0 {
		b.idle = make(chan struct{})
	}
	b.running++
	go func() {
		defer b.done()
		work()
	}()
}

func (b *background) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
	if b.running == 0 {
		close(b.idle)
	}
}

// wait returns when nothing is running, or with the context's error.
func (b *background) wait(ctx context.Context) error {
	b.mu.Lock()
	running, idle := b.running, b.idle
	b.mu.Unlock()
	if running == 0 {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
