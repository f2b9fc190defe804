package oraclemarketplace

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// page is one page of the list of uploads. The vendor's page shows neither how
// its items are wrapped nor how it says that there are more.
type page struct {
	uploads []listedUpload
	// received is the number of items, also of those that were not understood.
	received int
	// hasMore is what the page says itself; nil: nothing.
	hasMore *bool
	// total and limit are the number of all uploads, and how many a page holds at
	// most; negative: not said.
	total, limit int
}

// listedUpload is what a list says of an upload.
type listedUpload struct {
	ID       decode.Text   `json:"uploadRequestId"`
	Status   decode.Word   `json:"statusName"`
	Modified decode.Moment `json:"lastModifiedDate"`
	// whole is the item where it has all that the upload's own resource has; nil
	// where it has not.
	whole json.RawMessage
}

// more reports whether another page follows, which begins at next. Where the
// page does not say so, one that is smaller than another of the same server's is
// the last; else only the next one can tell, as a server may give fewer items
// than it was asked for. largest is the largest page so far.
func (p page) more(next, largest int) bool {
	switch {
	case p.received == 0:
		return false
	case p.hasMore != nil:
		return *p.hasMore
	case p.total >= 0:
		return next < p.total
	case p.limit > 0:
		return p.received >= p.limit
	default:
		return p.received >= largest
	}
}

func decodePage(body []byte) (page, error) {
	var reply struct {
		HasMore      json.RawMessage `json:"hasMore"`
		TotalResults decode.Number   `json:"totalResults"`
		TotalCount   decode.Number   `json:"totalCount"`
		Total        decode.Number   `json:"total"`
		Count        decode.Number   `json:"count"`
		Limit        decode.Number   `json:"limit"`
	}
	if err := decode.JSON(body, &reply); err != nil {
		return page{}, err
	}
	found := page{hasMore: truth(reply.HasMore), limit: whole(reply.Limit), total: -1}
	for _, total := range []decode.Number{reply.TotalResults, reply.TotalCount, reply.Total} {
		found.total = max(found.total, whole(total))
	}
	items, isList := itemsOf(decode.Object(body))
	saysEmpty := found.total == 0 || whole(reply.Count) == 0
	if !isList && !saysEmpty {
		return page{}, errors.New("the reply is not a list")
	}
	found.received = len(items)
	for _, item := range items {
		if upload, ok := uploadIn(item); ok {
			found.uploads = append(found.uploads, upload)
		}
	}
	if found.received > 0 && len(found.uploads) == 0 {
		return page{}, errors.New("none of the list's items has an uploadRequestId")
	}
	return found, nil
}

// itemsOf are a page's items: those of "items", else of the one array that the
// page holds. An empty list may be null.
func itemsOf(object map[string]json.RawMessage) (items []json.RawMessage, isList bool) {
	if list, named := object["items"]; named {
		return items, json.Unmarshal(list, &items) == nil
	}
	for key, value := range object {
		if value[0] != '[' || key == "links" {
			continue
		}
		if isList {
			return nil, false
		}
		isList = json.Unmarshal(value, &items) == nil
	}
	return items, isList
}

// uploadIn is the upload that an item is, or that stands in it below the name of
// its type, which differs between the lists of this API.
func uploadIn(item json.RawMessage) (listedUpload, bool) {
	if upload, ok := asUpload(item); ok {
		return upload, true
	}
	var wrapped []listedUpload
	for _, value := range decode.Object(item) {
		if upload, ok := asUpload(value); ok {
			wrapped = append(wrapped, upload)
		}
	}
	if len(wrapped) != 1 {
		return listedUpload{}, false
	}
	return wrapped[0], true
}

func asUpload(value json.RawMessage) (upload listedUpload, ok bool) {
	var item struct {
		listedUpload
		// DataCenters is what an item lacks that is not whole, and what nobody would
		// miss in it who does not look for it.
		DataCenters *json.RawMessage `json:"dataCenterImageUploadRequests"`
	}
	if decode.JSON(value, &item) != nil {
		return listedUpload{}, false
	}
	if item.DataCenters != nil && !item.Status.IsBlank() {
		item.whole = value
	}
	return item.listedUpload, system.IntegerID(&config.Job{ID: string(item.ID)}) == nil
}

// whole is a number of things; -1 where there is none.
func whole(number decode.Number) int {
	const most = 1 << 40
	if number.Value == nil || *number.Value < 0 || *number.Value > most {
		return -1
	}
	return int(*number.Value)
}

// truth is a boolean that may stand in quotes; nil where it is none.
func truth(value json.RawMessage) *bool {
	word := strings.Trim(string(value), `"`)
	if !slices.Contains([]string{"true", "false"}, word) {
		return nil
	}
	is, _ := strconv.ParseBool(word)
	return &is
}
