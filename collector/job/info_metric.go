package job

// InfoMetric is an info metric of one system: always 1, all content in labels.
type InfoMetric struct {
	Name   string
	Help   string
	Labels []string
}
