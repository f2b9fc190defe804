package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"sync"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// readerHeader tells the simulated systems which exporter asks.
const readerHeader = "X-Exporter"

// readers remembers who read which job's status.
type readers struct {
	mutex sync.Mutex
	// byJob are the reads of each job's id, by exporter, since waitForAll began.
	byJob map[string]map[string]int
	// all are the reads by exporter since the start.
	all map[string]int
}

func newReaders() *readers {
	return &readers{byJob: map[string]map[string]int{}, all: map[string]int{}}
}

// note looks at a request on its way in, and answers none.
func (r *readers) note(_ string, _ http.ResponseWriter, request *http.Request) bool {
	id := path.Base(request.URL.Path)
	// A vCenter's library item is asked for its name, once for each session.
	isItem := path.Base(path.Dir(request.URL.Path)) == "item"
	if request.Method != http.MethodGet || id == "file" || id == "authenticate" || isItem {
		return false
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.byJob[id] == nil {
		r.byJob[id] = map[string]int{}
	}
	reader := request.Header.Get(readerHeader)
	r.byJob[id][reader]++
	r.all[reader]++
	return false
}

// waitForAll forgets what was read, waits until so many jobs were read
// again, and returns who read each.
func (r *readers) waitForAll(t *testing.T, jobs int) map[string][]string {
	t.Helper()
	r.mutex.Lock()
	r.byJob = map[string]map[string]int{}
	r.mutex.Unlock()
	var found map[string][]string
	exportertest.Eventually(t, "each job is read", func() error {
		if found = r.found(); len(found) < jobs {
			return fmt.Errorf("%d were", len(found))
		}
		return nil
	})
	return found
}

// found returns who read each job.
func (r *readers) found() map[string][]string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	found := map[string][]string{}
	for id, reads := range r.byJob {
		found[id] = slices.Collect(maps.Keys(reads))
	}
	return found
}

// times is how often a job was read.
func (r *readers) times(id string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	sum := 0
	for _, number := range r.byJob[id] {
		sum += number
	}
	return sum
}

// sentBy is the number of all reads of an exporter.
func (r *readers) sentBy(exporter string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.all[exporter]
}
