package decode

// Number is a finite number, which may stand in quotes. A pointer to a float64
// would not do: encoding/json sets it, to 0, also where the field is of another type.
type Number struct{ Value *float64 }

// UnmarshalJSON never fails: what is no number is absent.
func (n *Number) UnmarshalJSON(data []byte) error {
	n.Value = ParseNumber(unquoted(data))
	return nil
}

// Count is the number where it is one that cannot be negative: a size, or how many there are.
// Anything else is absent.
func (n Number) Count() *float64 {
	if n.Value == nil || *n.Value < 0 {
		return nil
	}
	return n.Value
}

// Percentage is the number as a ratio where it is a percentage.
func (n Number) Percentage() *float64 {
	if n.Value == nil {
		return nil
	}
	ratio := *n.Value / 100
	return &ratio
}

// Percent is a percentage that may come as 42, "42" or "42%". It decodes to a ratio.
type Percent struct{ Ratio *float64 }

// UnmarshalJSON never fails: what is no percentage is absent.
func (p *Percent) UnmarshalJSON(data []byte) error {
	p.Ratio = ParsePercent(unquoted(data))
	return nil
}

// Flag is a boolean; see number.
type Flag struct{ Value *bool }

// UnmarshalJSON never fails: what is no boolean is absent.
func (f *Flag) UnmarshalJSON(data []byte) error {
	f.Value = nil
	if word := string(data); word == "true" || word == "false" {
		value := word == "true"
		f.Value = &value
	}
	return nil
}
