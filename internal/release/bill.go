package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// bill is a CycloneDX 1.6 bill of materials, as far as a Go binary knows its
// own: https://cyclonedx.org/docs/1.6/json/.
type bill struct {
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	SerialNumber string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     billMetadata `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type billMetadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Reference  string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Hashes     []hash     `json:"hashes,omitempty"`
	PackageURL string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Reference string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

func writeBill(file string, src source, m materials) error {
	content, err := json.MarshalIndent(newBill(src, m), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(content, '\n'), 0o644) //nolint:gosec // a release is for everybody to read
}

func newBill(src source, m materials) bill {
	main := goComponent("application", m.main, src.version)
	main.Hashes = []hash{{"SHA-256", hex.EncodeToString(m.digest[:])}}
	main.Properties = []property{{"asyncjob_exporter:revision", src.revision}}

	components := []component{goComponent("library", "std", strings.TrimPrefix(m.goVersion, "go"))}
	for _, module := range m.modules {
		c := goComponent("library", module.Path, module.Version)
		// The hash of go.sum, over the module's files; it is none of the
		// archive hashes that the field "hashes" is for.
		c.Properties = []property{{"asyncjob_exporter:go.sum", module.Sum}}
		components = append(components, c)
	}
	// A binary knows its modules but not which of them needs which.
	needs := make([]string, 0, len(components))
	for _, c := range components {
		needs = append(needs, c.Reference)
	}
	return bill{
		Format:       "CycloneDX",
		SpecVersion:  "1.6",
		SerialNumber: serialNumber(m.digest),
		Version:      1,
		Metadata:     billMetadata{src.time.Format(time.RFC3339), main},
		Components:   components,
		Dependencies: []dependency{{main.Reference, needs}},
	}
}

func goComponent(kind, modulePath, version string) component {
	url := "pkg:golang/" + modulePath + "@" + version
	return component{Type: kind, Reference: url, Name: modulePath, Version: version, PackageURL: url}
}

// serialNumber is a UUID made of the binary's digest (version 8 of RFC 9562,
// which leaves the bits to its user): the same binary, the same bill.
func serialNumber(digest [32]byte) string {
	uuid := [16]byte(digest[:16])
	uuid[6] = uuid[6]&0x0f | 0x80
	uuid[8] = uuid[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", uuid[:4], uuid[4:6], uuid[6:8], uuid[8:10], uuid[10:])
}
