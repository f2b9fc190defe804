package expression

// rule says how a function of jq may be used.
type rule struct {
	// arguments are the numbers of arguments that it may have.
	arguments []int
	// input is the guard that the function's input passes first; empty: none.
	input string
	// argument is the guard that each output of its arguments passes; empty: none.
	argument string
	// constant arguments are written down in the expression itself.
	constant bool
	// pattern arguments are regular expressions, and flags but "g".
	pattern bool
	// instead is a function of ours that does the same within bounds.
	instead string
}

// rules are the functions that an expression may use. What can run for ever,
// take memory without bound, read a clock or the environment is not among them.
func rules() map[string]rule {
	none, one, few := []int{0}, []int{1}, []int{0, 1}
	return map[string]rule{
		"length":         {arguments: none},
		"keys":           {arguments: none, input: guardEntries},
		"values":         {arguments: none},
		"map":            {arguments: one},
		"select":         {arguments: one},
		"first":          {arguments: few},
		"last":           {arguments: few},
		"any":            {arguments: []int{0, 1, 2}},
		"all":            {arguments: []int{0, 1, 2}},
		"add":            {arguments: few, input: guardSize},
		"min":            {arguments: none, input: guardSize},
		"max":            {arguments: none, input: guardSize},
		"min_by":         {arguments: one, input: guardSize, argument: guardKey},
		"max_by":         {arguments: one, input: guardSize, argument: guardKey},
		"sort_by":        {arguments: one, input: guardSize, argument: guardKey},
		"group_by":       {arguments: one, input: guardSize, argument: guardKey},
		"unique":         {arguments: none, input: guardSize},
		"to_entries":     {arguments: none, input: guardEntries},
		"from_entries":   {arguments: none, input: guardEntries},
		"tostring":       {arguments: none, instead: ownText},
		"tonumber":       {arguments: none, input: guardShort},
		"type":           {arguments: none},
		"has":            {arguments: one, argument: guardKey},
		"contains":       {arguments: one, input: guardSearched, constant: true},
		"startswith":     {arguments: one},
		"endswith":       {arguments: one},
		"ltrimstr":       {arguments: one},
		"rtrimstr":       {arguments: one},
		"split":          {arguments: one, instead: ownSplit},
		"join":           {arguments: one, instead: ownJoin},
		"ascii_downcase": {arguments: none, input: guardSize},
		"ascii_upcase":   {arguments: none, input: guardSize},
		"test":           {arguments: []int{1, 2}, input: guardMatched, pattern: true},
		"capture":        {arguments: []int{1, 2}, input: guardMatched, pattern: true},
		"floor":          {arguments: none},
		"ceil":           {arguments: none},
		"round":          {arguments: none},
		"fromdate":       {arguments: none, input: guardShort},
		"strptime":       {arguments: one, input: guardShort, constant: true},
		"mktime":         {arguments: none},
		"empty":          {arguments: none},
		"flatten":        {arguments: few, input: guardSize, constant: true},
		"reverse":        {arguments: none, input: guardSize},
		"getpath":        {arguments: one, constant: true},
		"not":            {arguments: none},
		"params":         {arguments: none},
	}
}
