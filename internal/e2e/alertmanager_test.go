package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// startAlertmanager runs one that tells a webhook of every alert by itself, at
// once, and returns where it listens.
func startAlertmanager(t *testing.T, path, webhook string) string {
	t.Helper()
	directory := t.TempDir()
	config := filepath.Join(directory, "alertmanager.yml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `
route: {receiver: test, group_by: ["..."], group_wait: 50ms, group_interval: 100ms, repeat_interval: 1h}
receivers:
  - name: test
    webhook_configs: [{url: %q, send_resolved: true}]
`, webhook), 0o600); err != nil {
		t.Fatal(err)
	}
	return exportertest.StartProcess(t, path, "--config.file="+config, "--storage.path="+filepath.Join(directory, "data"),
		"--web.listen-address=127.0.0.1:0", "--cluster.listen-address=").Listening()
}

// waitForAlertmanager waits until it knows one to send alerts to.
func (p *prometheus) waitForAlertmanager() {
	p.t.Helper()
	exportertest.Eventually(p.t, "Prometheus has found Alertmanager", func() error {
		var answer struct {
			Active []any `json:"activeAlertmanagers"`
		}
		p.ask("/api/v1/alertmanagers", &answer)
		if len(answer.Active) == 0 {
			return errors.New("it knows none")
		}
		return nil
	})
}

// notification is an alert as a webhook is told of it.
type notification struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// receiver is a webhook that remembers what it was told.
type receiver struct {
	*httptest.Server
	t     *testing.T
	mutex sync.Mutex
	told  []notification
}

func receiveAlerts(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	var message struct {
		Alerts []notification `json:"alerts"`
	}
	if err := json.NewDecoder(request.Body).Decode(&message); err != nil {
		r.t.Errorf("Alertmanager sent no JSON: %v", err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.told = append(r.told, message.Alerts...)
}

// waitFor waits for an alert with exactly these labels, and for these among its
// annotations.
func (r *receiver) waitFor(want notification, status string) {
	r.t.Helper()
	exportertest.Eventually(r.t, fmt.Sprintf("%s of %s is %s", want.Labels["alertname"], want.Labels["job_id"], status), func() error {
		about := r.about(want.Labels["job_id"])
		for _, got := range about {
			if got.Status == status && maps.Equal(got.Labels, want.Labels) && contains(got.Annotations, want.Annotations) {
				return nil
			}
		}
		return fmt.Errorf("of this job were told: %v", about)
	})
}

// about is all that was told of a job.
func (r *receiver) about(id string) []notification {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var found []notification
	for _, told := range r.told {
		if told.Labels["job_id"] == id {
			found = append(found, told)
		}
	}
	return found
}

// contains says whether all has what some has.
func contains(all, some map[string]string) bool {
	for key, value := range some {
		if all[key] != value {
			return false
		}
	}
	return true
}
