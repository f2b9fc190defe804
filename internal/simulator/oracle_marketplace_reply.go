package simulator

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// machineImage is the vendor's MachineImageUploadRequest.
type machineImage struct {
	UploadRequestID      int                `json:"uploadRequestId"`
	Application          string             `json:"application"`
	Version              string             `json:"version"`
	OperatingSystem      string             `json:"operatingSystem"`
	FileName             string             `json:"fileName"`
	ImageFilePath        string             `json:"imageFilePath"`
	StatusName           string             `json:"statusName"`
	UploadedChunks       int                `json:"uploadedChunks"`
	PendingChunks        int                `json:"pendingChunks"`
	CreatedBy            string             `json:"createdBy"`
	CreatedDate          string             `json:"createdDate"`
	LastModifiedBy       string             `json:"lastModifiedBy"`
	LastModifiedDate     string             `json:"lastModifiedDate"`
	OverwriteStorageFile bool               `json:"overwriteStorageFile"`
	DataCenters          []dataCenterUpload `json:"dataCenterImageUploadRequests"`
}

// dataCenterUpload is the vendor's DataCenterImageUploadRequest.
type dataCenterUpload struct {
	DataCenterName    string `json:"dataCenterName"`
	StatusName        string `json:"statusName"`
	UploadProgress    string `json:"uploadProgress"`
	Region            string `json:"region"`
	LastUpdatedDate   string `json:"lastUpdatedDate"`
	CopyUpload        bool   `json:"copyUpload"`
	OverwriteUpload   bool   `json:"overwriteUpload"`
	ReplicaDataCenter bool   `json:"replicaDataCenter"`
}

// reply is the upload as the vendor shows it at a moment.
func (u upload) reply(world *World, at moment) machineImage {
	application := strings.ToUpper(strings.ReplaceAll(u.name, "-", "_"))
	file := u.name + ".tar.gz"
	uploaded := min(u.chunks, int(at.progress/sending*float64(u.chunks)))
	reply := machineImage{
		UploadRequestID: u.id + at.run*u.idStep(),
		Application:     application, Version: u.version, OperatingSystem: "Linux", FileName: file,
		ImageFilePath:  fmt.Sprintf("example_pdc2/mi/%s/%s/Linux/%s", application, u.version, file),
		StatusName:     at.word,
		UploadedChunks: uploaded, PendingChunks: u.chunks - uploaded,
		CreatedBy: "Jane Doe", CreatedDate: milliseconds(at.begun),
		LastModifiedBy: "anonymous", LastModifiedDate: milliseconds(at.updated()),
		DataCenters: make([]dataCenterUpload, len(u.centers)),
	}
	for index := range u.centers {
		reply.DataCenters[index] = u.center(world, at, index)
	}
	return reply
}

// idStep is 0 for the load's uploads, which restart under the same id.
func (u upload) idStep() int {
	if u.id >= firstLoadUpload {
		return 0
	}
	return uploadRuns
}

// center is how far the copy to a data centre is. The data centres begin one
// after another once the chunks are there.
func (u upload) center(world *World, at moment, index int) dataCenterUpload {
	center := u.centers[index]
	begins, ends := u.copying(index)
	copied := math.Max(0, math.Min(1, (at.progress-begins)/(ends-begins)))
	word, updated := "In Progress", at.updated()
	switch {
	case center.fails && copied >= failingCopy:
		copied, word = failingCopy, "Failed"
		updated = u.reached(world, at.run, begins+failingCopy*(ends-begins))
	case copied == 0:
		word, updated = "Initiated", at.begun
	case copied == 1:
		word, updated = "Completed", u.reached(world, at.run, ends)
	}
	if at.word == "Deleted" || ended(at.word) && word != "Completed" {
		word = at.word
	}
	return dataCenterUpload{
		DataCenterName: center.name, StatusName: word, UploadProgress: fmt.Sprintf("%d%%", int(copied*100)),
		Region: center.region, LastUpdatedDate: milliseconds(latest(updated, at.begun)), ReplicaDataCenter: center.replica,
	}
}

// copying is the part of the upload's progress in which a data centre copies.
func (u upload) copying(index int) (begins, ends float64) {
	const lag, rest = 0.04, 0.25
	begins = sending + lag*float64(index)
	return math.Min(begins, 0.95), math.Min(begins+rest, 1)
}

// ended says whether nothing of the upload can go on after this word.
func ended(word string) bool {
	switch word {
	case "Failed", "Rejected":
		return true
	default:
		return false
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Target implements API.
func (o oracleMarketplace) Target(world *World, baseURL string) string {
	var target strings.Builder
	fmt.Fprintf(&target, "- name: marketplace-demo\n  system: oracle_marketplace\n  url: %s\n  user_id: %s\n", baseURL, marketplaceUser)
	fmt.Fprintf(&target, "  basic_auth: {username: %s, password: %s}\n", marketplaceClient().user, marketplaceClient().password)
	if world.load != nil {
		target.WriteString(world.loadJobs(o.System(), func(number int) string {
			return fmt.Sprintf("id: %d", firstLoadUpload+number)
		}))
		return target.String()
	}
	target.WriteString("  discovery: true\n  retention: 20m\n  labels: {team: marketplace}\n  jobs:\n")
	for _, job := range demoUploads() {
		if !job.configured {
			continue
		}
		fmt.Fprintf(&target, "    - {id: %d, name: %s", job.id, job.name)
		if job.labels != "" {
			target.WriteString(", labels: " + job.labels)
		}
		target.WriteString("}\n")
	}
	return target.String()
}
