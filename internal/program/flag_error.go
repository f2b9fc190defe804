package program

import (
	"fmt"

	"github.com/alecthomas/kingpin/v2"
)

// namingFlag says which flag a value was refused for: kingpin's error has only
// what is wrong with the value.
func namingFlag(app *kingpin.Application, arguments []string, refused error) error {
	parsed, err := app.ParseContext(arguments)
	if err != nil {
		return refused
	}
	for _, element := range parsed.Elements {
		flag, isFlag := element.Clause.(*kingpin.FlagClause)
		if !isFlag || element.Value == nil {
			continue
		}
		model := flag.Model()
		if model.Value.Set(*element.Value) != nil {
			return fmt.Errorf("--%s=%s: %w", model.Name, *element.Value, refused)
		}
	}
	return refused
}
