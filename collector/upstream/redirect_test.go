package upstream

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// A redirect costs one request at each address, and what was sent in the first goes
// on with it where the status says so.
func TestRedirectedRequestArrivesOnceAtEachAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method  string
		status  int
		follow  bool
		arrived []string
	}{
		{http.MethodGet, http.StatusFound, true, []string{"GET /first ", "GET /second "}},
		{http.MethodPost, http.StatusTemporaryRedirect, true, []string{"POST /first body", "POST /second body"}},
		{http.MethodPost, http.StatusSeeOther, true, []string{"POST /first body", "GET /second "}},
		{http.MethodGet, http.StatusFound, false, []string{"GET /first "}},
	} {
		var arrived []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			arrived = append(arrived, r.Method+" "+r.URL.Path+" "+string(body))
			if r.URL.Path == "/first" {
				http.Redirect(w, r, "/second", c.status)
			}
		}))
		client := server.Client()
		if !c.follow {
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		}
		request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+"/first", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if c.method == http.MethodPost {
			Request{Body: []byte("body")}.putBody(request)
		}
		response, err := do(client, request)
		if err != nil {
			t.Fatalf("%s answered by %d: %v", c.method, c.status, err)
		}
		_ = response.Body.Close()
		server.Close()
		if !slices.Equal(arrived, c.arrived) {
			t.Errorf("%s answered by %d (followed: %v): %q arrived, want %q", c.method, c.status, c.follow, arrived, c.arrived)
		}
	}
}
