package upstream

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

// noCode is the label "code" of a request that got no HTTP answer.
const noCode = "none"
