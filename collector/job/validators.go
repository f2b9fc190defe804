package job

// Validators are what a reply said of its version, to be sent back.
type Validators struct {
	Etag         string
	LastModified string
}
