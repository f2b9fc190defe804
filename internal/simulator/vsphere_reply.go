package simulator

import (
	"strings"
)

// endpointCanary is in the URLs of a session's files, which must not leave the
// exporter.
const endpointCanary = "demo-canary-of-the-transfer-endpoint"

// sessionReply is the vendor's UpdateSessionModel, and its DownloadSessionModel,
// which has no preview.
type sessionReply struct {
	LibraryItemID   string            `json:"library_item_id"`
	ContentVersion  string            `json:"library_item_content_version"`
	State           string            `json:"state"`
	ClientProgress  int               `json:"client_progress"`
	ExpirationTime  string            `json:"expiration_time"`
	ErrorMessage    map[string]any    `json:"error_message,omitempty"`
	PreviewInfo     *previewReply     `json:"preview_info,omitempty"`
	WarningBehavior []warningBehavior `json:"warning_behavior,omitempty"`
}

type previewReply struct {
	State       string              `json:"state"`
	Certificate *previewCertificate `json:"certificate_info,omitempty"`
	Warnings    []previewWarning    `json:"warnings,omitempty"`
}

type previewCertificate struct {
	Issuer     string `json:"issuer"`
	Subject    string `json:"subject"`
	SelfSigned bool   `json:"self_signed"`
	X509       string `json:"x509"`
}

type previewWarning struct {
	Type    string         `json:"type"`
	Message map[string]any `json:"message"`
	Ignored bool           `json:"ignored"`
}

type warningBehavior struct {
	Type    string `json:"type"`
	Ignored bool   `json:"ignored"`
}

// fileReply is the vendor's File.Info of update sessions, and of download
// sessions, which have other words for the status.
type fileReply struct {
	Name             string         `json:"name"`
	Status           string         `json:"status"`
	BytesTransferred int64          `json:"bytes_transferred"`
	SourceType       string         `json:"source_type,omitempty"`
	KeepInStorage    *bool          `json:"keep_in_storage,omitempty"`
	Size             int64          `json:"size,omitempty"`
	Checksum         *fileChecksum  `json:"checksum_info,omitempty"`
	UploadEndpoint   *fileEndpoint  `json:"upload_endpoint,omitempty"`
	SourceEndpoint   *fileEndpoint  `json:"source_endpoint,omitempty"`
	DownloadEndpoint *fileEndpoint  `json:"download_endpoint,omitempty"`
	ErrorMessage     map[string]any `json:"error_message,omitempty"`
}

type fileChecksum struct {
	Algorithm string `json:"algorithm"`
	Checksum  string `json:"checksum"`
}

type fileEndpoint struct {
	URI string `json:"uri"`
}

// itemReply is the vendor's ItemModel.
type itemReply struct {
	ID             string `json:"id"`
	LibraryID      string `json:"library_id"`
	Name           string `json:"name"`
	Type           string `json:"type"`
	ContentVersion string `json:"content_version"`
	Cached         bool   `json:"cached"`
	Size           int64  `json:"size"`
}

func (s session) itemReply(world *World) itemReply {
	reply := itemReply{
		ID: s.itemID(), LibraryID: derivedUUID("library"), Name: s.item, Type: "iso",
		ContentVersion: s.contentVersion(world, world.clock()), Cached: true, Size: s.total(),
	}
	if s.described() {
		reply.Type = "ovf"
	}
	return reply
}

// reply is the session as the vendor shows it at a moment.
func (s session) reply(world *World, at moment, flavour flavour) sessionReply {
	reply := sessionReply{
		LibraryItemID: s.itemID(), ContentVersion: s.contentVersion(world, at.begun), State: at.word,
		ClientProgress: int(at.progress * 100), ExpirationTime: milliseconds(s.expires(world, at)),
	}
	if s.quiet {
		reply.ClientProgress = 0
	}
	if at.word == "ERROR" {
		reply.ErrorMessage = s.failureMessage(flavour)
	}
	if at.word == "ACTIVE" && !s.download {
		reply.PreviewInfo = s.preview(world, at, flavour)
	}
	if s.signed {
		reply.WarningBehavior = []warningBehavior{{Type: untrusted, Ignored: true}}
	}
	return reply
}

func (s session) failureMessage(flavour flavour) map[string]any {
	return flavour.message("com.vmware.vdcs.cls-main.transfer_failed", s.failure, map[string]string{"item": s.item})
}

const (
	selfSigned = "SELF_SIGNED_CERTIFICATE"
	untrusted  = "UNTRUSTED_CERTIFICATE"
)

// preview is there once the OVF descriptor is; files of other types have none.
func (s session) preview(world *World, at moment, flavour flavour) *previewReply {
	if !s.described() {
		return &previewReply{State: "UNAVAILABLE"}
	}
	if !s.descriptorReady(at) {
		return &previewReply{State: "PREPARING"}
	}
	preview := &previewReply{State: "AVAILABLE"}
	if s.signed {
		preview.Certificate = &previewCertificate{
			Issuer: world.certificate.name, Subject: world.certificate.name, SelfSigned: true, X509: world.certificate.pem,
		}
		preview.Warnings = []previewWarning{
			{Type: selfSigned, Message: flavour.message("com.vmware.ovfs.preview.self_signed", "The certificate is self-signed.", nil)},
			{Type: untrusted, Ignored: true, Message: flavour.message("com.vmware.ovfs.preview.untrusted", "The certificate is not trusted.", nil)},
		}
	}
	return preview
}

// described says whether the first file is an OVF descriptor.
func (s session) described() bool {
	return len(s.files) > 0 && strings.HasSuffix(s.files[0].name, ".ovf")
}

// descriptorTime is the part of a session's progress in which the descriptor
// and what comes with it are sent: small files, but the first to be waited for.
const descriptorTime = 0.04

func (s session) descriptorReady(at moment) bool { return at.progress >= descriptorTime }

// total is the size of all files that the session transfers.
func (s session) total() int64 {
	var sum int64
	for _, file := range s.files {
		if !file.unchanged {
			sum += file.size
		}
	}
	return sum
}

// transferred is the number of bytes that have arrived of all files: first the
// descriptor and what comes with it, then the files that it names.
func (s session) transferred(at moment) int64 {
	total := float64(s.total())
	if !s.described() {
		return int64(at.progress * total)
	}
	var small float64
	for _, file := range s.files {
		if !file.added && !file.unchanged {
			small += float64(file.size)
		}
	}
	if !s.descriptorReady(at) {
		return int64(small * at.progress / descriptorTime)
	}
	return int64(small + (total-small)*(at.progress-descriptorTime)/(1-descriptorTime))
}

// fileReplies are the session's files as the vendor lists them at a moment.
func (s session) fileReplies(at moment, flavour flavour) []fileReply {
	replies := []fileReply{}
	transferred := s.transferred(at)
	for _, file := range s.files {
		if file.added && !s.descriptorReady(at) {
			continue
		}
		reply := s.fileReply(file, transferred, at, flavour)
		if !file.unchanged {
			transferred -= file.size
		}
		replies = append(replies, reply)
	}
	return replies
}

// fileReply is one file; transferred is the number of bytes that have arrived of
// it and of the files after it.
func (s session) fileReply(file sessionFile, transferred int64, at moment, flavour flavour) fileReply {
	reply := fileReply{
		Name: file.name, BytesTransferred: max(0, min(file.size, transferred)),
		Checksum: &fileChecksum{Algorithm: "SHA256", Checksum: strings.Repeat("0c", 32)},
	}
	words := updateWords()
	if s.download {
		words = downloadWords()
		reply.DownloadEndpoint = &fileEndpoint{URI: "https://esx7.example.com/cls/data/" + endpointCanary + "/" + file.name}
	} else {
		reply.KeepInStorage = new(!file.discarded)
		reply.addSource(file)
	}
	reply.Status = words.status(s.phase(file, transferred, at))
	if s.download && reply.Status == words.wait && at.stage == 0 {
		reply.Status = "UNPREPARED"
	}
	switch reply.Status {
	case words.done:
		reply.Size, reply.BytesTransferred = file.size, file.size
	case "ERROR":
		reply.ErrorMessage = s.failureMessage(flavour)
		reply.BytesTransferred = min(reply.BytesTransferred, failingByte(file))
	}
	return reply
}

func (r *fileReply) addSource(file sessionFile) {
	switch {
	case file.unchanged:
		r.SourceType = "NONE"
	case file.pull:
		r.SourceType = "PULL"
		r.SourceEndpoint = &fileEndpoint{URI: "https://mirror.example.com/" + file.name + "?token=" + endpointCanary}
	default:
		r.SourceType = "PUSH"
		r.UploadEndpoint = &fileEndpoint{URI: "https://esx7.example.com/cls/data/" + endpointCanary + "/" + file.name}
	}
}

// phase is how far a file's transfer is.
type phase int

const (
	waiting phase = iota
	moving
	checking
	arrived
	broken
)

// failingByte is where the transfer of a failing file ends.
func failingByte(file sessionFile) int64 { return file.size * 2 / 5 }

func (s session) phase(file sessionFile, transferred int64, at moment) phase {
	// The bytes of the next files that arrive while this one is still checked.
	check := min(s.total()/50, file.size/10)
	switch {
	case file.unchanged:
		return arrived
	case file.fails && transferred >= failingByte(file):
		return broken
	case transferred <= 0:
		return waiting
	case transferred < file.size:
		return moving
	case transferred < file.size+check && at.progress < 1:
		return checking
	default:
		return arrived
	}
}

// fileWords are the words of a kind of session for the phases of a file.
type fileWords struct{ wait, move, check, done string }

func updateWords() fileWords {
	return fileWords{"WAITING_FOR_TRANSFER", "TRANSFERRING", "VALIDATING", "READY"}
}

func downloadWords() fileWords {
	return fileWords{"PREPARE_REQUESTED", "PREPARING", "PREPARING", "PREPARED"}
}

func (w fileWords) status(phase phase) string {
	switch phase {
	case waiting:
		return w.wait
	case moving:
		return w.move
	case checking:
		return w.check
	case arrived:
		return w.done
	default:
		return "ERROR"
	}
}
