package upstream

import "strconv"

// Operation says what an upstream request is for: the label "operation".
type Operation string

// The operations.
const (
	OperationLogin  Operation = "login"
	OperationLogout Operation = "logout"
	OperationList   Operation = "list"
	OperationStatus Operation = "status"
	OperationFiles  Operation = "files"
	OperationItem   Operation = "item"
	OperationParts  Operation = "parts"
)

// Code is the label "code" of requests answered with a status; "none" for 0: they got
// no HTTP answer.
func Code(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}
