package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// uploadTime is how long a vCenter takes to pull a file, once its session is
// completed.
const uploadTime = 12 * time.Second

// uploadSize is the size of every file that is pulled.
const uploadSize = 600 * mib

// uploads are the update sessions that clients have started themselves, beside
// those of the demo.
type uploads struct {
	mutex    sync.Mutex
	started  int
	sessions []session
}

// all are the sessions that are known now.
func (u *uploads) all() []session {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return slices.Clone(u.sessions)
}

// start begins a session on a library item, and forgets those that have ended.
func (u *uploads) start(world *World, item string) session {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.sessions = slices.DeleteFunc(u.sessions, func(s session) bool {
		_, alive := s.current(world)
		return !alive
	})
	u.started++
	begun := session{
		upload: derivedUUID("upload", strconv.Itoa(u.started)), itemOf: item, number: -1, quiet: true,
		plan: plan{first: world.elapsed(), stages: []stage{{"ACTIVE", forEver, 0}}},
	}
	u.sessions = append(u.sessions, begun)
	return begun
}

// change changes a session that is known, and is false where none is.
func (u *uploads) change(id string, change func(*session)) bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	index := slices.IndexFunc(u.sessions, func(s session) bool { return s.id(0) == id })
	if index < 0 {
		return false
	}
	change(&u.sessions[index])
	return true
}

// pull adds a file that the vCenter fetches. Names below .invalid lead nowhere.
func (s *session) pull(name, source string) {
	address, err := url.Parse(source)
	fails := err != nil || strings.HasSuffix(address.Hostname(), ".invalid")
	if fails {
		s.failure = "Error transferring file " + name + ": the source cannot be reached"
	}
	s.files = append(slices.Clone(s.files), sessionFile{name: name, size: uploadSize, pull: true, fails: fails})
}

// complete lets the session end, well or not, once its files are there.
func (s *session) complete(world *World) {
	last := stage{"DONE", 10 * time.Minute, 1}
	if slices.ContainsFunc(s.files, func(file sessionFile) bool { return file.fails }) {
		last = stage{"ERROR", 10 * time.Minute, 0.6}
	}
	s.stages = []stage{{"ACTIVE", world.elapsed() - s.first + uploadTime, last.to}, last}
}

// serveUploads is what a pipeline calls to let the vCenter pull a file, in the
// older flavour, which every vCenter has.
func (c *vcenter) serveUploads(routes *routes) {
	sessions := "POST " + restRoot + libraryItem
	routes.add("start", sessions+"/update-session", c.mayUpload, c.startUpload)
	routes.add("add", sessions+"/updatesession/file/{id}", c.mayUpload, prefixed(c.addFile))
	routes.add("complete", sessions+"/update-session/{id}", c.mayUpload, prefixed(c.completeUpload))
}

func (c *vcenter) mayUpload(r *http.Request) bool { return c.user(r) == vsphereUploader().user }

func (c *vcenter) startUpload(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Create struct {
			Item string `json:"library_item_id"`
		} `json:"create_spec"`
	}
	if !readSpec(w, r, &asked) {
		return
	}
	if _, known := c.library.item(asked.Create.Item); !known {
		flavourOf(r).fail(w, http.StatusNotFound, notFound("library item", asked.Create.Item))
		return
	}
	flavourOf(r).write(w, http.StatusOK, c.library.uploads.start(c.world, asked.Create.Item).id(0))
}

func (c *vcenter) addFile(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		File struct {
			Name   string       `json:"name"`
			Type   string       `json:"source_type"`
			Source fileEndpoint `json:"source_endpoint"`
		} `json:"file_spec"`
	}
	if !readSpec(w, r, &asked) {
		return
	}
	if r.URL.Query().Get("~action") != "add" || asked.File.Type != "PULL" {
		flavourOf(r).fail(w, http.StatusBadRequest, invalidArgument())
		return
	}
	c.changeUpload(w, r, func(s *session) { s.pull(asked.File.Name, asked.File.Source.URI) })
}

func (c *vcenter) completeUpload(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("~action") != "complete" {
		flavourOf(r).fail(w, http.StatusBadRequest, invalidArgument())
		return
	}
	c.changeUpload(w, r, func(s *session) { s.complete(c.world) })
}

func (c *vcenter) changeUpload(w http.ResponseWriter, r *http.Request, change func(*session)) {
	id := r.PathValue("id")
	if !c.library.uploads.change(id, change) {
		flavourOf(r).fail(w, http.StatusNotFound, notFound("update session", id))
		return
	}
	w.WriteHeader(http.StatusOK)
}

// readSpec reads what a call is given, and answers where it cannot be read.
func readSpec(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mib)).Decode(into)
	if err != nil {
		flavourOf(r).fail(w, http.StatusBadRequest, invalidArgument())
	}
	return err == nil
}

func invalidArgument() vapiError {
	return vapiError{kind: "INVALID_ARGUMENT", id: "com.vmware.vdcs.cls-main.invalid_argument", text: "The argument is invalid."}
}
