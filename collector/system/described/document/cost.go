package document

// What a value takes in memory once it is decoded, roughly and rather too much.
const (
	costOfObject = 320
	costOfValue  = 48
)

// Cost is the memory that a body may take when all of it is decoded, in bytes.
func Cost(body []byte) int {
	cost, quoted := len(body), false
	for i := 0; i < len(body); i++ {
		switch character := body[i]; {
		case quoted && character == '\\':
			i++
		case character == '"':
			quoted = !quoted
		case quoted:
		case character == '{':
			cost += costOfObject
		case character == '[', character == ',':
			cost += costOfValue
		}
	}
	return cost
}
