package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OracleMarketplace is the Oracle Cloud Marketplace's publisher API: uploads of
// machine images, in chunks, which are scanned for viruses and then copied to
// data centres. It lists the partner's uploads.
func OracleMarketplace() API { return oracleMarketplace{} }

type oracleMarketplace struct{}

// marketplaceClient exchanges its password for a bearer token.
func marketplaceClient() account {
	return account{"marketplace-client", "oracle-marketplace-demo-secret"}
}

const (
	marketplaceUser = "partner@example.com"
	// uploadRuns is the distance between the ids of two runs of one demo upload.
	uploadRuns = 1000
	// firstLoadUpload is the id of the load's first upload.
	firstLoadUpload = 3_000_000
	loadChunks      = 1000

	// The part of an upload's progress in which chunks are sent; in the rest the
	// image is copied to the data centres.
	sending = 0.6

	marketplaceRoot = "/appstore/publisher/v1"
)

// upload is a demo upload of a machine image.
type upload struct {
	plan
	id      int
	name    string
	version string
	// configured: the first run is named in the exporter's configuration; the
	// others it learns from the list.
	configured bool
	labels     string
	chunks     int
	centers    []dataCenter
}

// dataCenter is where an image is copied to.
type dataCenter struct {
	name, region string
	replica      bool
	// fails: copying stops at failingCopy.
	fails bool
}

// failingCopy is the progress at which a data centre fails.
const failingCopy = 0.42

func demoCenters(failing int) []dataCenter {
	centers := []dataCenter{
		{name: "US2 COMMERCIAL CHERRY", region: "US2 Commercial Cherry"},
		{name: "EM2 COMMERCIAL MAPLE", region: "EM2 Commercial Maple", replica: true},
		{name: "EM3 COMMERCIAL BIRCH", region: "EM3 Commercial Birch", replica: true},
		{name: "AP1 COMMERCIAL BAMBOO", region: "AP1 Commercial Bamboo", replica: true},
	}
	if failing >= 0 {
		centers[failing].fails = true
	}
	return centers
}

// demoUploads have ids that differ in their last three digits; a run's number
// is in the digits before.
func demoUploads() []upload {
	all := demoCenters(-1)
	return []upload{
		{id: 2797087, name: "wordpress", version: "6.6", configured: true, labels: "{release: stable}", chunks: 75, centers: all, plan: plan{
			first: -time.Minute, every: 15 * time.Minute, stages: []stage{
				{"Initiated", 40 * time.Second, 0},
				{"In Progress", 6 * time.Minute, sending},
				{"Virus Scan In Progress", time.Minute, sending},
				{"In Progress", 4 * time.Minute, 1},
				{"Completed", 20 * time.Minute, 1},
			},
		}},
		{id: 2797112, name: "oracle-linux-9", version: "9.5", configured: true, labels: "{release: lts}", chunks: 310, centers: demoCenters(1), plan: plan{
			first: -20 * time.Minute, every: 50 * time.Minute, stages: []stage{
				{"Initiated", 20 * time.Second, 0},
				{"In Progress", 5 * time.Minute, sending},
				{"Virus Scan In Progress", 40 * time.Second, sending},
				{"In Progress", 40 * time.Minute, 1},
				{"Failed", 10 * time.Minute, 1},
			},
		}},
		{id: 2797230, name: "hardened-nginx", version: "1.27", chunks: 40, centers: all, plan: plan{
			first: -2 * time.Minute, every: 25 * time.Minute, stages: []stage{
				{"Initiated", 20 * time.Second, 0},
				{"In Progress", 3 * time.Minute, sending},
				{"Virus Scan In Progress", 90 * time.Second, sending},
				{"Rejected", 12 * time.Minute, sending},
			},
		}},
		{id: 2797311, name: "backup-appliance", version: "4.1", chunks: 120, centers: all, plan: plan{
			first: -30 * time.Second, every: 20 * time.Minute, stages: []stage{
				{"Initiated", 30 * time.Second, 0}, {"In Progress", 4 * time.Minute, 0.25}, {"Failed", 10 * time.Minute, 0.25},
			},
		}},
		{id: 2797415, name: "retired-image", version: "1.0", configured: true, chunks: 12, centers: all[:1], plan: plan{
			first: -30 * time.Hour, stages: []stage{{"In Progress", 15 * time.Minute, 1}, {"Deleted", forEver, 1}},
		}},
		{id: 2797416, name: "retired-image-eu", version: "1.0", configured: true, chunks: 12, centers: all[1:2], plan: plan{
			first: -29 * time.Hour, stages: []stage{{"In Progress", 15 * time.Minute, 1}, {"Deletion Failed", forEver, 1}},
		}},
		{id: 2797520, name: "siem-collector", version: "2.3", configured: true, chunks: 75, centers: all[:2], plan: plan{
			first: -time.Minute, stages: []stage{
				{"Initiated", 30 * time.Second, 0}, {"In Progress", 3 * time.Minute, 0.33}, {"In Progress", forEver, 0.33},
			},
		}},
		{id: 2797601, name: "partner-preview", version: "0.9", configured: true, chunks: 30, centers: all[:1], plan: plan{
			first: -2 * time.Hour, stages: []stage{{"In Progress", 10 * time.Minute, sending}, {"Awaiting Approval", forEver, sending}},
		}},
		{id: 2797702, name: "db-loader", version: "19.24", chunks: 200, centers: all[:3], plan: plan{
			first: -3 * time.Minute, every: 40 * time.Minute, stages: []stage{
				{"Initiated", time.Minute, 0}, {"Pending", 18 * time.Minute, 0}, {"In Progress", 15 * time.Minute, 1}, {"Completed", 6 * time.Minute, 1},
			},
		}},
	}
}

// System implements API.
func (oracleMarketplace) System() string { return "oracle_marketplace" }

// Handler implements API.
func (o oracleMarketplace) Handler(world *World) http.Handler {
	world.secrets.add(marketplaceClient().password)
	refuse := func(w http.ResponseWriter, _ *http.Request) { o.fail(w, http.StatusUnauthorized, "Not Authorized") }
	routes := newRoutes(world, o.System(), refuse, http.NotFound)
	issue := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{
			"access_token": world.logins.issueToken(o.System(), marketplaceClient().user),
			"token_type":   "Bearer",
			"expires_in":   int(world.logins.tokenTTL.Seconds()),
		})
	}
	partner := func(r *http.Request) bool {
		return world.logins.use(o.System(), bearer(r)) != "" && r.Header.Get("X-Oracle-UserId") == marketplaceUser
	}
	demo := demoUploads()
	routes.add("login", "GET "+marketplaceRoot+"/authenticate", marketplaceClient().basic, issue)
	routes.add("login", "POST /oam/oauth2/tokens", o.clientCredentials, issue)
	routes.add("list", "GET "+marketplaceRoot+"/machineimages", partner, func(w http.ResponseWriter, r *http.Request) {
		o.list(world, demo, w, r)
	})
	routes.add("status", "GET "+marketplaceRoot+"/machineimages/{id}", partner, func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			o.fail(w, http.StatusBadRequest, "Invalid Parameter Value")
			return
		}
		job, at, found := o.find(world, demo, id)
		if !found {
			o.fail(w, http.StatusNotFound, "Entity Not Found")
			return
		}
		writeJSON(w, http.StatusOK, job.reply(world, at))
	})
	return routes
}

// clientCredentials is the check of the vendor's other way to a token.
func (oracleMarketplace) clientCredentials(r *http.Request) bool {
	return marketplaceClient().basic(r) && r.FormValue("grant_type") == "client_credentials"
}

// fail answers with an error in JSON; the vendor documents only its text.
func (oracleMarketplace) fail(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]any{"status": status, "title": text})
}

func (o oracleMarketplace) find(world *World, demo []upload, id int) (upload, moment, bool) {
	if world.load != nil {
		number := id - firstLoadUpload
		if number < 0 || number >= world.loadCount(o.System()) {
			return upload{}, moment{}, false
		}
		job := o.loadUpload(world, number)
		at, found := job.current(world)
		return job, at, found
	}
	for _, job := range demo {
		if run := (id - job.id) / uploadRuns; (id-job.id)%uploadRuns == 0 && id >= job.id {
			at, found := job.at(world, run)
			return job, at, found
		}
	}
	return upload{}, moment{}, false
}

func (oracleMarketplace) loadUpload(world *World, number int) upload {
	centers := make([]dataCenter, world.load.DataCenters)
	for index := range centers {
		centers[index] = dataCenter{name: fmt.Sprintf("DC%d", index+1), region: fmt.Sprintf("Region %d", index+1), replica: index > 0}
	}
	return upload{
		id: firstLoadUpload + number, name: fmt.Sprintf("load-%d", number), version: "1", chunks: loadChunks, centers: centers,
		plan: world.loadPlan(number, "In Progress", "Completed"),
	}
}

// list answers one page of the uploads.
func (o oracleMarketplace) list(world *World, demo []upload, w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, limitFailed := strconv.Atoi(cmp.Or(query.Get("limit"), "30"))
	offset, offsetFailed := strconv.Atoi(cmp.Or(query.Get("offset"), "0"))
	if limitFailed != nil || offsetFailed != nil || limit < 1 || limit > 100 || offset < 0 {
		o.fail(w, http.StatusBadRequest, "Invalid Parameter Value")
		return
	}
	listed := o.listed(world, demo, query.Get("machineimagestatus"))
	order(listed, query.Get("orderby"), query.Get("sortorder"))
	first := min(offset, len(listed))
	items := []any{}
	for _, listing := range listed[first:min(first+limit, len(listed))] {
		items = append(items, map[string]any{"MachineImageUploadRequest": listing.reply(world, listing.at)})
	}
	writeJSON(w, http.StatusOK, map[string]any{"items": items})
}

// listing is an upload in the list.
type listing struct {
	upload
	at moment
}

// listed are all uploads whose word is among the wanted ones; no wanted word
// stands for all.
func (o oracleMarketplace) listed(world *World, demo []upload, wanted string) []listing {
	var listed []listing
	add := func(job upload, at moment) {
		if wanted == "" || slices.Contains(strings.Split(strings.ToUpper(wanted), ","), strings.ToUpper(at.word)) {
			listed = append(listed, listing{job, at})
		}
	}
	if world.load != nil {
		for number := range world.loadCount(o.System()) {
			job := o.loadUpload(world, number)
			if at, found := job.current(world); found {
				add(job, at)
			}
		}
		return listed
	}
	for _, job := range demo {
		for _, at := range job.known(world) {
			add(job, at)
		}
	}
	return listed
}

// order sorts as the vendor's parameters orderby and sortorder say.
func order(listed []listing, by, direction string) {
	slices.SortStableFunc(listed, func(a, b listing) int {
		difference := strings.Compare(a.name, b.name)
		if strings.EqualFold(by, "LASTUPDATEDATE") {
			difference = a.at.updated().Compare(b.at.updated())
		}
		if strings.EqualFold(direction, "DESC") {
			return -difference
		}
		return difference
	})
}
