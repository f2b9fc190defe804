package vsphere_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vapi/library"
	"github.com/vmware/govmomi/vapi/rest"
	_ "github.com/vmware/govmomi/vapi/simulator" // serves the vCenter's REST API
)

// vcenter is govmomi's simulated vCenter with one library item, and a proxy
// before it that looks on. It has /rest only, and a self-signed certificate.
type vcenter struct {
	t       *testing.T
	server  *simulator.Server
	library *library.Manager
	item    string
	proxy   *httptest.Server

	mu       sync.Mutex
	requests []string
	// sessions are the ids that the exporter was seen to use, in order.
	sessions []string
}

// startVCenter starts one that ends with the test.
//
// Tests with one must not run in parallel: the simulator keeps state in
// variables of its packages.
func startVCenter(t *testing.T) *vcenter {
	t.Helper()
	v := &vcenter{t: t}
	model := simulator.VPX()
	model.Cluster, model.ClusterHost, model.Host, model.Machine = 0, 0, 1, 0
	if err := model.Create(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Remove)
	model.Service.Listen = &url.URL{User: url.UserPassword("monitor", "canary-config-password"), Host: "127.0.0.1:0"}
	model.Service.TLS = new(tls.Config)
	model.Service.RegisterEndpoints = true
	v.server = model.Service.NewServer()
	t.Cleanup(v.server.Close)
	v.connect()
	v.watch()
	return v
}

// connect logs govmomi's own client in, and makes a library with an item.
func (v *vcenter) connect() {
	ctx := v.t.Context()
	soap, err := govmomi.NewClient(ctx, v.server.URL, true)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(soap.CloseIdleConnections)
	client := rest.NewClient(soap.Client)
	v.t.Cleanup(client.CloseIdleConnections)
	if err := client.Login(ctx, v.server.URL.User); err != nil {
		v.t.Fatal(err)
	}
	datastore, err := find.NewFinder(soap.Client).DefaultDatastore(ctx)
	if err != nil {
		v.t.Fatal(err)
	}
	v.library = library.NewManager(client)
	images, err := v.library.CreateLibrary(ctx, library.Library{
		Name: "images", Type: "LOCAL", Storage: []library.StorageBacking{{DatastoreID: datastore.Reference().Value, Type: "DATASTORE"}},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	if v.item, err = v.library.CreateLibraryItem(ctx, library.Item{Name: "ubuntu-24.04", Type: "iso", LibraryID: images}); err != nil {
		v.t.Fatal(err)
	}
}

// watch puts a proxy before the vCenter.
func (v *vcenter) watch() {
	behind := &url.URL{Scheme: "https", Host: v.server.URL.Host}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	v.t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(behind) },
		Transport: transport,
	}
	v.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.see(r)
		proxy.ServeHTTP(w, r)
	}))
	v.t.Cleanup(v.proxy.Close)
}

func (v *vcenter) see(r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests = append(v.requests, r.Method+" "+r.URL.Path)
	if id := r.Header.Get("Vmware-Api-Session-Id"); id != "" && !slices.Contains(v.sessions, id) {
		v.sessions = append(v.sessions, id)
	}
}

// took returns the requests through the proxy since the last call.
func (v *vcenter) took() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	requests := v.requests
	v.requests = nil
	return requests
}

// seenSessions are the ids of the sessions that were used through the proxy.
func (v *vcenter) seenSessions() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.sessions)
}

const loginPath = "/rest/com/vmware/cis/session"

// asSession sends a request to the vCenter as a session of the exporter's and
// returns the status.
func (v *vcenter) asSession(method, id string) int {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.proxy.URL+loginPath, http.NoBody)
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Vmware-Api-Session-Id", id)
	response, err := v.proxy.Client().Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// updateSession starts an update session of the item.
func (v *vcenter) updateSession() string {
	v.t.Helper()
	id, err := v.library.CreateLibraryItemUpdateSession(v.t.Context(), library.Session{LibraryItemID: v.item})
	if err != nil {
		v.t.Fatal(err)
	}
	return id
}

// pull makes the vCenter fetch a file of the session, and waits for its end.
func (v *vcenter) pull(session, from string, checksum *library.Checksum) {
	v.t.Helper()
	file := library.UpdateFile{
		Name: "ubuntu.iso", SourceType: "PULL", SourceEndpoint: &library.TransferEndpoint{URI: from}, Checksum: checksum,
	}
	if _, err := v.library.AddLibraryItemFile(v.t.Context(), session, file); err != nil {
		v.t.Fatal(err)
	}
	for {
		files, err := v.library.ListLibraryItemUpdateSessionFile(v.t.Context(), session)
		if err != nil {
			v.t.Fatal(err)
		}
		if len(files) == 1 && files[0].Status != "TRANSFERRING" {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
