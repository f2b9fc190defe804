package config

import "bytes"

// WithoutMark drops the byte order mark that editors and shells of Windows put
// at the beginning of a text: of a configuration, a job file, a secret.
func WithoutMark(text []byte) []byte {
	return bytes.TrimPrefix(text, []byte("\uFEFF"))
}
