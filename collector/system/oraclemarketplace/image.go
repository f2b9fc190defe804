package oraclemarketplace

import (
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// builtInWords are the vendor's words for states, of images and of their data centres.
func builtInWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending: {"INITIATED", "PENDING"},
		// "IN PROGESS" and "DELECTION FAILED" are how the vendor's page spells them.
		job.Running:   {"IN PROGRESS", "IN PROGESS", "VIRUS SCAN IN PROGRESS", "VIRUS SCAN IN PROGESS"},
		job.Succeeded: {"COMPLETED"},
		job.Failed:    {"FAILED", "REJECTED", "DELETION FAILED", "DELECTION FAILED"},
		job.Canceled:  {"DELETED"},
	})
}

// machineImageReply is the exported part of MachineImageUploadRequest. Left
// out: paths and checksums of the file, who created it, and the overwrite flags.
type machineImageReply struct {
	UploadRequestID  decode.Text   `json:"uploadRequestId"`
	Application      decode.Text   `json:"application"`
	Version          decode.Text   `json:"version"`
	OperatingSystem  decode.Text   `json:"operatingSystem"`
	FileName         decode.Text   `json:"fileName"`
	StatusName       decode.Word   `json:"statusName"`
	UploadedChunks   decode.Number `json:"uploadedChunks"`
	PendingChunks    decode.Number `json:"pendingChunks"`
	CreatedDate      decode.Moment `json:"createdDate"`
	LastModifiedDate decode.Moment `json:"lastModifiedDate"`
	DataCenters      []struct {
		DataCenterName    decode.Text    `json:"dataCenterName"`
		StatusName        decode.Word    `json:"statusName"`
		UploadProgress    decode.Percent `json:"uploadProgress"`
		Region            decode.Text    `json:"region"`
		LastUpdatedDate   decode.Moment  `json:"lastUpdatedDate"`
		ReplicaDataCenter decode.Flag    `json:"replicaDataCenter"`
	} `json:"dataCenterImageUploadRequests"`
}

func decodeMachineImage(body []byte, words job.Vocabulary) (*job.Job, error) {
	var reply machineImageReply
	if err := decode.JSON(body, &reply); err != nil {
		return nil, err
	}
	if reply.StatusName.IsBlank() {
		return nil, decode.ErrNoState
	}
	decoded := &job.Job{
		UpstreamState: string(reply.StatusName),
		Name:          string(reply.FileName),
		Created:       reply.CreatedDate.Time,
		LastUpdate:    reply.LastModifiedDate.Time,
		Info: decode.Labels(
			string(reply.Application), string(reply.Version), string(reply.OperatingSystem), string(reply.FileName),
		),
	}
	decoded.State, _ = words.Meaning(string(reply.StatusName))
	decoded.Chunks, decoded.Progress = chunks(reply.UploadedChunks, reply.PendingChunks)
	if reply.DataCenters != nil {
		decoded.DataCenters = make([]job.DataCenter, 0, len(reply.DataCenters))
	}
	for _, dataCenter := range reply.DataCenters {
		decoded.DataCenters = append(decoded.DataCenters, job.DataCenter{
			Name:       string(dataCenter.DataCenterName),
			Region:     string(dataCenter.Region),
			Replica:    dataCenter.ReplicaDataCenter.Value,
			State:      words.PartMeaning(string(dataCenter.StatusName), job.DataCenterStates()),
			Progress:   dataCenter.UploadProgress.Ratio,
			LastUpdate: dataCenter.LastUpdatedDate.Time,
		})
	}
	return decoded, nil
}

// chunks are the counts of chunks, and the ratio of uploaded ones where there
// is any chunk at all.
func chunks(uploaded, pending decode.Number) (*job.Chunks, *float64) {
	counts := &job.Chunks{Uploaded: uploaded.Count(), Pending: pending.Count()}
	if counts.Uploaded == nil && counts.Pending == nil {
		return nil, nil
	}
	if counts.Uploaded == nil || counts.Pending == nil || *counts.Uploaded+*counts.Pending == 0 {
		return counts, nil
	}
	ratio := *counts.Uploaded / (*counts.Uploaded + *counts.Pending)
	return counts, &ratio
}
