package config

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/alecthomas/units"
	"gopkg.in/yaml.v3"
)

// maxByteSize keeps sizes far from overflow and from a machine's memory.
const maxByteSize = 1 << 30

// byteSize is a number of bytes, written as 4MiB, 1MB or 65536.
type byteSize int64

// Wanted is what a size looks like.
func (byteSize) Wanted() string {
	return "a size such as 4MiB or 64KiB, or a number of bytes, from 1 to 1GiB"
}

// UnmarshalYAML accepts binary (KiB) and metric (KB) units and plain numbers.
func (s *byteSize) UnmarshalYAML(node *yaml.Node) error {
	size, err := strconv.ParseInt(node.Value, 10, 64)
	if err != nil {
		size, err = units.ParseStrictBytes(node.Value)
	}
	if err != nil || size < 1 || size > maxByteSize {
		return errors.New("no size")
	}
	*s = byteSize(size)
	return nil
}

// String writes the size with the largest binary unit that divides it.
func (s byteSize) String() string {
	for _, unit := range []struct {
		size byteSize
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if s != 0 && s%unit.size == 0 {
			return fmt.Sprintf("%d%s", s/unit.size, unit.name)
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// MarshalYAML writes the size as the user would.
func (s byteSize) MarshalYAML() (any, error) {
	if s%(1<<10) != 0 {
		return int64(s), nil
	}
	return s.String(), nil
}
