package decode

import (
	"time"

	json "github.com/go-json-experiment/json/v1"
)

// Moment is a time that may come as an RFC 3339 string, with or without
// a zone, as seconds or milliseconds since 1970, or as Oracle's object of
// a value and a time zone.
type Moment struct{ time.Time }

// UnmarshalJSON never fails: what is no time is absent.
func (m *Moment) UnmarshalJSON(data []byte) error {
	zone := ""
	if len(data) > 0 && data[0] == '{' {
		data, zone = zonedTime(data)
	}
	m.Time = ParseTime(unquoted(data), zone)
	return nil
}

// zonedTime is what Oracle's object of a time and its zone holds; value is
// empty where the object is something else.
func zonedTime(data []byte) (value []byte, zone string) {
	var object struct {
		Value    json.RawMessage `json:"value"`
		Timezone string          `json:"timezone"`
	}
	_ = json.Unmarshal(data, &object) // what has no value is no time
	return object.Value, object.Timezone
}
