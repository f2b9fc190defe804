package vsphere

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// The pure half of vSphere: from the bytes of its replies to a Job.

func decodeSessionToken(body []byte, rest bool) (string, error) {
	var value string
	if err := decodeVAPI(body, rest, &value); err != nil {
		return "", err
	}
	if value == "" || strings.ContainsFunc(value, system.IsControlOrSlash) {
		return "", errors.New("the answer holds no session id")
	}
	return value, nil
}

// decodeVAPI reads a reply of either flavour.
func decodeVAPI(body []byte, rest bool, value any) error {
	if !rest {
		return decode.JSON(body, value)
	}
	wrapped := struct {
		Value any `json:"value"`
	}{value}
	return decode.JSON(body, &wrapped)
}

// movedOn compares content versions, which are numbers in all vCenters seen.
func movedOn(before, now string) bool {
	if before == "" || now == "" {
		return false
	}
	old, err1 := strconv.ParseUint(before, 10, 64)
	current, err2 := strconv.ParseUint(now, 10, 64)
	if err1 != nil || err2 != nil {
		return before != now
	}
	return current > old
}

// text is a LocalizableMessage. Its args and params, a list in /rest and a map
// in /api, are contained in the texts.
type text struct {
	ID             decode.Text    `json:"id"`
	DefaultMessage decode.Message `json:"default_message"`
	Localized      decode.Message `json:"localized"`
}

// jobError prefers the English text: what is localized depends on who asks.
func (t text) jobError() job.Error {
	message := t.DefaultMessage
	if message == "" {
		message = t.Localized
	}
	return job.Error{ID: string(t.ID), Message: string(message)}
}

// sessionReply is the exported part of an update or download session. Left
// out: warning_behavior, which repeats what the warnings say, and all args.
type sessionReply struct {
	LibraryItemID             decode.Text   `json:"library_item_id"`
	LibraryItemContentVersion decode.Text   `json:"library_item_content_version"`
	State                     decode.Word   `json:"state"`
	ClientProgress            decode.Number `json:"client_progress"`
	ExpirationTime            decode.Moment `json:"expiration_time"`
	ErrorMessage              text          `json:"error_message"`
	PreviewInfo               struct {
		State    decode.Word `json:"state"`
		Warnings []struct {
			Type    decode.Word `json:"type"`
			Ignored bool        `json:"ignored"`
		} `json:"warnings"`
		CertificateInfo certificateReply `json:"certificate_info"`
	} `json:"preview_info"`
}

func decodeSession(body []byte, rest bool, words job.Vocabulary) (*job.Job, error) {
	var reply sessionReply
	if err := decodeVAPI(body, rest, &reply); err != nil {
		return nil, err
	}
	if reply.State.IsBlank() {
		return nil, decode.ErrNoState
	}
	decoded := &job.Job{
		UpstreamState: string(reply.State),
		Progress:      reply.ClientProgress.Percentage(),
		Expiration:    reply.ExpirationTime.Time,
		Error:         reply.ErrorMessage.jobError(),
		Preview:       reply.preview(),
	}
	decoded.State, _ = words.Meaning(string(reply.State))
	decoded.Info = decode.Labels(string(reply.LibraryItemID), string(reply.LibraryItemContentVersion))
	return decoded, nil
}

func (reply *sessionReply) preview() *job.Preview {
	info := reply.PreviewInfo
	certificate := info.CertificateInfo.certificate()
	if info.State == "" && info.Warnings == nil && certificate == nil {
		return nil
	}
	preview := &job.Preview{State: string(info.State), Certificate: certificate}
	for _, warning := range info.Warnings {
		preview.Warnings = append(preview.Warnings, job.PreviewWarning{Type: string(warning.Type), Ignored: warning.Ignored})
	}
	return preview
}

// fileReply is the exported part of a file. Left out: the endpoints, which may
// hold tokens, checksums, keep_in_storage, and the file's error message.
type fileReply struct {
	Name             decode.Text   `json:"name"`
	SourceType       decode.Word   `json:"source_type"`
	Status           decode.Word   `json:"status"`
	BytesTransferred decode.Number `json:"bytes_transferred"`
	Size             decode.Number `json:"size"`
}

func decodeFiles(body []byte, rest bool, words job.Vocabulary) ([]job.File, error) {
	var replies []fileReply
	if err := decodeVAPI(body, rest, &replies); err != nil {
		return nil, err
	}
	if replies == nil && !isNull(body, rest) {
		return nil, errors.New("the reply is not a list of files")
	}
	files := make([]job.File, 0, len(replies))
	for _, reply := range replies {
		files = append(files, job.File{
			Name:             string(reply.Name),
			SourceType:       string(reply.SourceType),
			State:            words.PartMeaning(string(reply.Status), job.FileStates()),
			TransferredBytes: reply.BytesTransferred.Count(),
			SizeBytes:        reply.Size.Count(),
		})
	}
	return files, nil
}

// isNull tells an empty list, which some servers write as null, from a reply
// that is something else altogether.
func isNull(body []byte, rest bool) bool {
	value := json.RawMessage(decode.Unmarked(body))
	if rest {
		var wrapped map[string]json.RawMessage
		if json.Unmarshal(value, &wrapped) != nil {
			return false
		}
		value = wrapped["value"]
	}
	value = bytes.TrimSpace(value)
	return string(value) == "null"
}

// certificateReply is vSphere's certificate_info.
type certificateReply struct {
	Issuer     decode.Text `json:"issuer"`
	Subject    decode.Text `json:"subject"`
	SelfSigned decode.Flag `json:"self_signed"`
	X509       string      `json:"x509"`
}

// certificate is nil where the reply says nothing about one.
func (c certificateReply) certificate() *job.PreviewCertificate {
	if c == (certificateReply{}) {
		return nil
	}
	return &job.PreviewCertificate{
		Issuer:     string(c.Issuer),
		Subject:    string(c.Subject),
		SelfSigned: c.SelfSigned.Value,
		Expiration: certificateExpiration(c.X509),
	}
}

// certificateExpiration is the end of a certificate's validity, from its PEM
// form or the base64 of its DER form; zero where it is neither.
func certificateExpiration(encoded string) time.Time {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if block, _ := pem.Decode([]byte(encoded)); block != nil {
		der, err = block.Bytes, nil
	}
	if err != nil {
		return time.Time{}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return time.Time{}
	}
	return certificate.NotAfter
}
