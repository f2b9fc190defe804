package simulator

import (
	"io"
	"net/http"
	"testing"
)

// TestADoubleAsksAsItsDescriptionSays: whoever asks otherwise learns nothing.
func TestADoubleAsksAsItsDescriptionSays(t *testing.T) {
	api, err := Double(Script{
		Description: []byte("mine: {headers: {X-Version: '2'}, status: {path: '/v1/{+id}', query: {fields: all}}}"),
		Known:       func(*World) []string { return []string{"a/b"} },
		Status:      func(*World, string) ([]byte, bool) { return []byte(`{"s":"on"}`), true },
		Gone:        Answer{Status: http.StatusGone, Body: []byte(`{"code":"NONE"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	simulated, err := Start([]API{api}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer simulated.Close() //nolint:errcheck // nothing can be left
	for _, test := range []struct {
		path, version, password, want string
		status                        int
	}{
		{"/v1/a/b?fields=all", "2", watcher().password, `{"s":"on"}`, http.StatusOK},
		{"/v1/a/c?fields=all", "2", watcher().password, `{"code":"NONE"}`, http.StatusGone},
		{"/v1/a/b?fields=all", "2", "wrong", "", http.StatusUnauthorized},
		{"/v1/a/b?fields=all", "1", watcher().password, "", http.StatusBadRequest},
		{"/v1/a/b", "2", watcher().password, "", http.StatusBadRequest},
		{"/v1/a/b?fields=all&more=1", "2", watcher().password, "", http.StatusBadRequest},
		{"/v2/a", "2", watcher().password, "", http.StatusNotFound},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, simulated.URL("mine")+test.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Version", test.version)
		request.SetBasicAuth(watcher().user, test.password)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != test.status || test.want != "" && string(body) != test.want {
			t.Errorf("%s: %d %s, want %d %s", test.path, response.StatusCode, body, test.status, test.want)
		}
	}
}
