package simulator

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sessionKind is one of the two kinds of sessions of a content library.
type sessionKind struct {
	name string
	path string
	// restFiles and restFilter are how the older flavour asks for files.
	restFiles, restFilter string
	download              bool
}

func sessionKinds() []sessionKind {
	return []sessionKind{
		{name: "update session", path: "update-session", restFiles: "updatesession", restFilter: "update_session_id"},
		{name: "download session", path: "download-session", restFiles: "downloadsession", restFilter: "download_session_id", download: true},
	}
}

// session is a demo session on a library item of its own.
type session struct {
	plan
	// key is what ids are derived from.
	key string
	// name is set where the exporter's configuration names the first run; the
	// others it learns from the list.
	name   string
	labels string
	// item is the library item's name.
	item     string
	download bool
	files    []sessionFile
	// silent is the stage from which the client does nothing more, so that the
	// session expires; 0: it is active in all of them.
	silent int
	// quiet: the client reports no progress, as most do not.
	quiet bool
	// completes is the stage in which the item's content version moves on; the
	// number of stages for a session that is deleted at once; 0: it never does.
	completes int
	// signed: the preview has a certificate and its warnings.
	signed bool
	// failure is the message of a session in ERROR and of a file that fails.
	failure string
	// number is that of a session of the load, -1 in the demo.
	number int
	// upload and itemOf are the UUID and the library item of a session that a
	// client has started itself.
	upload, itemOf string
}

// sessionFile is a file of a session. Files are transferred one after another.
type sessionFile struct {
	name string
	size int64
	// pull: the server fetches it, rather than the client sending it.
	pull bool
	// unchanged: it was in the item before.
	unchanged bool
	// added: the server adds it to the list once the OVF descriptor is there.
	added bool
	// fails: its transfer ends in an error.
	fails bool
	// discarded: it is not kept in the library's storage.
	discarded bool
}

const (
	kib = int64(1) << 10
	mib = kib << 10
	gib = mib << 10

	// sessionLife is how long a session lives after the client's last activity.
	sessionLife = 5 * time.Minute
	// cleaning is how long after its expiration a session is deleted.
	cleaning = 5 * time.Second
	// clientPause is the time between two signs of life of an active client.
	clientPause = 15 * time.Second

	// managementNode is the second half of every id.
	managementNode = "9c7e16e9-9b8c-4c5a-a67b-a66a08b7d71c"
)

// appliance is an OVF template's files: the server adds the disks once it has
// read the descriptor.
func appliance(name string, disks ...int64) []sessionFile {
	files := []sessionFile{
		{name: name + ".ovf", size: 18 * kib},
		{name: name + ".mf", size: 400, discarded: true},
	}
	for index, size := range disks {
		files = append(files, sessionFile{name: fmt.Sprintf("%s-disk%d.vmdk", name, index+1), size: size, added: true})
	}
	return files
}

func demoSessions() []session {
	const minute = time.Minute
	return []session{
		{
			key: "ubuntu", name: "ubuntu-24.04", labels: "{release: noble}", item: "ubuntu-24.04", number: -1,
			files: append(appliance("ubuntu-24.04", 2*gib, 6*gib, 512*mib), sessionFile{name: "README.txt", size: 2 * kib, unchanged: true}),
			plan: plan{first: -10 * time.Second, every: 20 * minute, stages: []stage{
				{"ACTIVE", 12 * minute, 1}, {"DONE", 5 * minute, 1},
			}}, completes: 1,
		},
		{
			key: "windows", name: "windows-2025-template", labels: "{release: \"2025\"}", item: "windows-2025-template", number: -1,
			files: appliance("windows-2025", 60*gib, 120*gib),
			plan: plan{first: -30 * minute, every: 8 * time.Hour, stages: []stage{
				{"ACTIVE", 7 * time.Hour, 1}, {"DONE", 10 * minute, 1},
			}}, completes: 1,
		},
		{
			key: "stalled", name: "rhel-9.6", item: "rhel-9.6", number: -1,
			files: []sessionFile{{name: "rhel-9.6.iso", size: 11 * gib, pull: true}},
			plan:  plan{first: -minute, stages: []stage{{"ACTIVE", 4 * minute, 0.01}, {"ACTIVE", forEver, 0.01}}},
		},
		{
			key: "failing", item: "photon-5", number: -1,
			files: []sessionFile{{name: "photon-5.ova", size: gib, pull: true, fails: true}},
			plan: plan{first: -3 * minute, every: 18 * minute, stages: []stage{
				{"ACTIVE", 5 * minute, 0.7}, {"ERROR", 6 * minute, 0.7},
			}},
			failure: "Error transferring file photon-5.ova to ds:///vmfs/volumes/5c1e/contentlib/. Reason: IO error during transfer: Pipe closed",
		},
		{
			key: "partial", name: "sles-15-sp6", item: "sles-15-sp6", number: -1, quiet: true,
			files: []sessionFile{
				{name: "sles-boot.iso", size: gib}, {name: "sles-modules.iso", size: 3 * gib, fails: true}, {name: "sles-docs.iso", size: 8 * gib},
			},
			plan: plan{first: -8 * minute, every: 45 * minute, stages: []stage{
				{"ACTIVE", 25 * minute, 1}, {"ERROR", 5 * minute, 1},
			}},
			failure: "Checksum of sles-modules.iso does not match the one declared",
		},
		{
			key: "signed", name: "vendor-firewall", labels: "{team: network}", item: "vendor-firewall", number: -1, signed: true,
			files: appliance("vendor-firewall", 900*mib),
			plan: plan{first: -2 * minute, every: 16 * minute, stages: []stage{
				{"ACTIVE", 3 * minute, 1}, {"ACTIVE", 8 * minute, 1}, {"ERROR", 4 * minute, 1},
			}},
			failure: "The session was failed because of a preview warning that is not ignored: SELF_SIGNED_CERTIFICATE",
		},
		{
			key: "expiring", name: "debian-13", item: "debian-13", number: -1, silent: 1,
			files: []sessionFile{{name: "debian-13-netinst.iso", size: 780 * mib}},
			plan: plan{first: -270 * time.Second, every: 9 * minute, stages: []stage{
				{"ACTIVE", 2 * minute, 0.55}, {"ACTIVE", sessionLife + cleaning, 0.55},
			}},
		},
		{
			key: "deleted", item: "alpine-3.22", number: -1, completes: 1,
			files: []sessionFile{{name: "alpine-3.22.iso", size: 240 * mib}},
			plan:  plan{first: -2 * minute, every: 8 * minute, stages: []stage{{"ACTIVE", 4 * minute, 1}}},
		},
		{
			key: "abandoned", item: "freebsd-14", number: -1,
			files: []sessionFile{{name: "freebsd-14.iso", size: 1200 * mib}},
			plan:  plan{first: -minute, every: 13 * minute, stages: []stage{{"ACTIVE", 150 * time.Second, 0.3}}},
		},
		{
			key: "canceled", item: "rocky-10", number: -1, quiet: true,
			files: []sessionFile{{name: "rocky-10.iso", size: 2 * gib}},
			plan: plan{first: -90 * time.Second, every: 17 * minute, stages: []stage{
				{"ACTIVE", 3 * minute, 0.4}, {"CANCELED", 5 * minute, 0.4},
			}},
		},
		{
			key: "download", item: "golden-rhel-8", number: -1, download: true,
			files: []sessionFile{{name: "golden-rhel-8.ovf", size: 16 * kib}, {name: "golden-rhel-8-disk1.vmdk", size: 9 * gib}},
			plan: plan{first: -time.Minute, every: 12 * minute, stages: []stage{
				{"ACTIVE", 30 * time.Second, 0}, {"ACTIVE", 6 * minute, 1}, {"ACTIVE", minute, 1},
			}},
		},
		{
			key: "download-failing", item: "golden-aix", number: -1, download: true,
			files: []sessionFile{{name: "golden-aix.vmdk", size: 4 * gib, fails: true}},
			plan: plan{first: -2 * minute, every: 21 * minute, stages: []stage{
				{"ACTIVE", 4 * minute, 0.6}, {"ERROR", 5 * minute, 0.6},
			}},
			failure: "Failed to stage file golden-aix.vmdk: datastore nfs-archive is inaccessible",
		},
	}
}

// id is the session's in a run: a UUID, a colon and the management node's UUID.
func (s session) id(run int) string {
	if s.number >= 0 {
		return loadUUID(s.number) + ":" + managementNode
	}
	if s.upload != "" {
		return s.upload + ":" + managementNode
	}
	return derivedUUID("session", s.key, strconv.Itoa(run)) + ":" + managementNode
}

// itemID is the library item's.
func (s session) itemID() string {
	if s.number >= 0 {
		return itemPrefix + loadUUID(s.number)
	}
	if s.itemOf != "" {
		return s.itemOf
	}
	return derivedUUID("item", s.key)
}

// itemPrefix tells the items of the load from its sessions.
const itemPrefix = "item-"

func loadUUID(number int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", number) }

// loadNumber is the number in a UUID of loadUUID; -1 where it is none.
func loadNumber(uuid string) int {
	digits, found := strings.CutPrefix(uuid, "00000000-0000-4000-8000-")
	number, err := strconv.Atoi(digits)
	if !found || err != nil || loadUUID(number) != uuid {
		return -1
	}
	return number
}

func derivedUUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "/")))
	// The version and the variant of a random UUID.
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// expires is the session's expiration time, which slides along as long as the
// client is active.
func (s session) expires(world *World, at moment) time.Time {
	begun := s.begun(world, at.run)
	active := at.now.Sub(begun).Truncate(clientPause)
	if s.silent > 0 && at.stage >= s.silent {
		active = s.until(s.silent)
	}
	if at.word != "ACTIVE" {
		active = at.entered.Sub(begun)
	}
	return begun.Add(active + sessionLife)
}

// contentVersion is the library item's at a time.
func (s session) contentVersion(world *World, at time.Time) string {
	if s.completes == 0 {
		return "1"
	}
	completed := 0
	for since := at.Sub(s.begun(world, 0)) - s.until(s.completes); since >= 0; since -= s.every {
		completed++
		if s.every == 0 {
			break
		}
	}
	return strconv.Itoa(1 + completed)
}

// library is the content library: the demo's sessions and those that clients
// start, or those of the load.
type library struct {
	world   *World
	system  string
	demo    []session
	uploads *uploads
}

func newLibrary(world *World, system string) *library {
	return &library{world: world, system: system, demo: demoSessions(), uploads: &uploads{}}
}

// sessions are all but those of the load.
func (l *library) sessions() []session { return slices.Concat(l.demo, l.uploads.all()) }

// loadSession is the load's session of a number.
func loadSession(world *World, number int) session {
	files := make([]sessionFile, world.load.FilesPerSession)
	for index := range files {
		files[index] = sessionFile{name: fmt.Sprintf("disk-%02d.vmdk", index+1), size: gib}
	}
	return session{
		key: "load", number: number, item: fmt.Sprintf("load-%d", number), files: files,
		plan: world.loadPlan(number, "ACTIVE", "DONE"),
	}
}

// find is a session of a kind by its id, and where it stands.
func (l *library) find(kind sessionKind, id string) (session, moment, bool) {
	if l.world.load != nil {
		uuid, _ := strings.CutSuffix(id, ":"+managementNode)
		number := loadNumber(uuid)
		if kind.download || number < 0 || number >= l.world.loadCount(l.system) {
			return session{}, moment{}, false
		}
		found := loadSession(l.world, number)
		at, alive := found.current(l.world)
		return found, at, alive
	}
	for _, candidate := range l.sessions() {
		if candidate.download != kind.download {
			continue
		}
		for _, at := range candidate.known(l.world) {
			if candidate.id(at.run) == id {
				return candidate, at, true
			}
		}
	}
	return session{}, moment{}, false
}

// list are the ids of all sessions of a kind, or of those on one item.
func (l *library) list(kind sessionKind, item string) []string {
	ids := []string{}
	if l.world.load != nil {
		for number := range l.world.loadCount(l.system) {
			if listed := loadSession(l.world, number); !kind.download && (item == "" || item == listed.itemID()) {
				ids = append(ids, listed.id(0))
			}
		}
		return ids
	}
	for _, candidate := range l.sessions() {
		if candidate.download != kind.download || item != "" && item != candidate.itemID() {
			continue
		}
		for _, at := range candidate.known(l.world) {
			ids = append(ids, candidate.id(at.run))
		}
	}
	return ids
}

// item is a library item by its id.
func (l *library) item(id string) (itemReply, bool) {
	if l.world.load != nil {
		number := loadNumber(strings.TrimPrefix(id, itemPrefix))
		if number < 0 || number >= l.world.loadCount(l.system) {
			return itemReply{}, false
		}
		return loadSession(l.world, number).itemReply(l.world), true
	}
	for _, candidate := range l.sessions() {
		if candidate.itemID() == id {
			return candidate.itemReply(l.world), true
		}
	}
	return itemReply{}, false
}
