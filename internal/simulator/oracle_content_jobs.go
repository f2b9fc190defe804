package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// bodyCanary is in the body of a type, which must not leave the exporter.
	bodyCanary = "demo-canary-of-the-content-type"
	// usualFields is the number of a type's fields in the vendor's example, and
	// manyFields that of a type that has grown for years: a reply of 300 kB.
	usualFields = 4
	manyFields  = 600
)

// operation is a demo job of Oracle Content Management.
type operation struct {
	plan
	id   string
	name string
	// typeName is the type that is updated; empty: the job is at parent/id.
	typeName string
	parent   string
	labels   string
	// fields is the number of fields of the type in the result.
	fields int
	// failure is the error that the job ends with; resultCode that of its result.
	failure    string
	resultCode int
	// plainTimes: the times are strings, as the sites API writes them.
	plainTimes bool
}

func typeUpdatePath(typeName, id string) string {
	return contentRoot + "/types/" + typeName + "/updateType/.status/" + id
}

// path is where the job's status is, not escaped.
func (o operation) path() string {
	if o.typeName != "" {
		return typeUpdatePath(o.typeName, o.id)
	}
	return o.parent + "/" + o.id
}

// demoOperations restart under the same id, since the exporter knows only the
// ids that its configuration names.
func demoOperations() []operation {
	bulk := contentRoot + "/bulkItemsOperations"
	return []operation{
		{id: "OPE0ED029409F14E2FA6BE244D7BE0C1E9", name: "update Article", typeName: "Article", fields: manyFields, plan: plan{
			first: -2 * time.Minute, every: 11 * time.Minute, stages: []stage{
				{"pending", 20 * time.Second, 0}, {"processing", 6 * time.Minute, 1}, {"succeeded", 280 * time.Second, 1},
			},
		}},
		{id: "OP4C2BA99B626B4E43A4A64853D639F4CA", name: "update Case Study", typeName: "Case Study", fields: usualFields, labels: "{release: spring}", plan: plan{
			every: 7 * time.Minute, stages: []stage{
				{"pending", 15 * time.Second, 0}, {"processing", 3 * time.Minute, 1}, {"succeeded", 225 * time.Second, 1},
			},
		}},
		{
			id: "OP7F0C11D2A5B94E0A8C7D3E21F6A9B044", name: "update PressRelease", typeName: "PressRelease", plan: plan{
				first: -time.Minute, every: 13 * time.Minute, stages: []stage{
					{"pending", 20 * time.Second, 0}, {"processing", 4 * time.Minute, 0.45}, {"failed", 520 * time.Second, 0.45},
				},
			},
			failure: "Field 'embargo' cannot be removed: 212 published items of the type still use it.",
		},
		{id: "OP91D6B0E37C2F4A5D9E8071B2C3D4E5F6", name: "update Product", typeName: "Product", plan: plan{
			first: -2 * time.Minute, stages: []stage{
				{"pending", 20 * time.Second, 0}, {"processing", 3 * time.Minute, 0.6}, {"processing", forEver, 0.6},
			},
		}},
		{id: "OPA3B8D1C65E7F4901B2C3D4E5F6A7B8C9", name: "update Event", typeName: "Event", plan: plan{
			first: -5 * time.Hour, stages: []stage{{"processing", 2 * time.Minute, 0.2}, {"aborted", forEver, 0.2}},
		}},
		{id: "OPD0C5E2F18A934B67A1B2C3D4E5F60718", name: "update Author", typeName: "Author", resultCode: http.StatusConflict, plan: plan{
			first: -4 * time.Minute, every: 16 * time.Minute, stages: []stage{
				{"processing", 5 * time.Minute, 1}, {"succeeded", 11 * time.Minute, 1},
			},
		}},
		{id: "9F2C4D1AE5B84C0F", name: "bulk publish", parent: bulk, labels: "{release: spring}", plan: plan{
			first: -time.Minute, every: 18 * time.Minute, stages: []stage{
				{"pending", 40 * time.Second, 0}, {"processing", 12 * time.Minute, 1}, {"succeeded", 320 * time.Second, 1},
			},
		}},
		{id: "2B71E09DD3A64F55", name: "bulk archive", parent: bulk + "/archive", plan: plan{
			first: -10 * time.Minute, stages: []stage{{"blocked", forEver, 0}},
		}},
		{id: "RND58C0A7", name: "renditions", parent: contentRoot + "/items/CORE6A1F0B2C/renditions/.status", plan: plan{
			first: -35 * time.Minute, every: 5 * time.Hour, stages: []stage{
				{"processing", 290 * time.Minute, 1}, {"succeeded", 10 * time.Minute, 1},
			},
		}},
		{id: "SITE0C3E77", name: "copy site", parent: sitesStatusRoot, plainTimes: true, plan: plan{
			first: -3 * time.Minute, every: 15 * time.Minute, stages: []stage{
				{"processing", 5 * time.Minute, 0.5}, {"paused", 2 * time.Minute, 0.5}, {"processing", 5 * time.Minute, 1}, {"succeeded", 3 * time.Minute, 1},
			},
		}},
	}
}

// contentStatus is the vendor's status of a long operation.
type contentStatus struct {
	ID        string `json:"id"`
	StartTime any    `json:"startTime"`
	EndTime   any    `json:"endTime,omitempty"`
	Progress  string `json:"progress"`
	Completed bool   `json:"completed"`
	Message   string `json:"message"`
	// Percentage is absent before the work has begun.
	Percentage *int           `json:"completedPercentage,omitempty"`
	Error      *contentError  `json:"error,omitempty"`
	Result     *contentResult `json:"result,omitempty"`
	Links      []contentLink  `json:"links"`
}

type contentResult struct {
	Status  contentResultStatus `json:"status"`
	Headers []string            `json:"headers"`
	Body    json.RawMessage     `json:"body"`
}

type contentResultStatus struct {
	Code   int    `json:"code"`
	Reason string `json:"reason"`
}

type contentLink struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Method    string `json:"method"`
	MediaType string `json:"mediaType"`
}

// reply is the job as the vendor shows it at a moment.
func (o operation) reply(at moment) contentStatus {
	reply := contentStatus{
		ID: o.id, StartTime: o.time(at.begun), Progress: at.word, Message: "Job is " + at.word,
		Links: []contentLink{{Href: "https://content.example.com" + o.path(), Rel: "self", Method: http.MethodGet, MediaType: "application/json"}},
	}
	switch at.word {
	case "pending", "blocked":
		return reply
	case "succeeded":
		o.succeed(&reply, at)
	case "failed":
		// The vendor's own example of a failed job says completed: false.
		reply.Error = newContentError(http.StatusConflict, o.failure, "OCE-CONTENT-001133")
		reply.EndTime = o.time(at.entered)
		reply.Message = "Job Failed"
	case "aborted":
		reply.EndTime = o.time(at.entered)
	}
	reply.Percentage = new(int(at.progress * 100))
	return reply
}

func (o operation) succeed(reply *contentStatus, at moment) {
	reply.Completed = true
	reply.EndTime = o.time(at.entered)
	reply.Message = "Job Completed Successfully"
	reply.Result = &contentResult{Status: contentResultStatus{Code: http.StatusOK}, Headers: []string{}, Body: json.RawMessage("null")}
	if o.resultCode != 0 {
		reply.Result.Status = contentResultStatus{Code: o.resultCode, Reason: http.StatusText(o.resultCode)}
		return
	}
	if o.typeName != "" {
		reply.Result.Body = typeBody(o.typeName, o.fields, at)
	}
}

// time writes a time as the operation's API does.
func (o operation) time(at time.Time) any {
	if o.plainTimes {
		return milliseconds(at)
	}
	return contentDate(at)
}

func contentDate(at time.Time) map[string]string {
	return map[string]string{"value": milliseconds(at), "timezone": "UTC"}
}

// typeBody is the whole type, as the reply of a finished update carries it.
func typeBody(name string, fields int, at moment) json.RawMessage {
	body := fmt.Appendf(nil, `{"id":"698DADAFDD0841F38DD9FE9A4D38DA8C","name":%q,"description":%q,"typeCategory":"ContentType",`+
		`"createdBy":"editor","createdDate":{"value":"2020-04-22T03:01:59.188Z","timezone":"UTC"},`+
		`"updatedBy":"editor","updatedDate":{"value":%q,"timezone":"UTC"},"fields":[`, name, bodyCanary, milliseconds(at.entered))
	for number := range fields {
		if number > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"id":"15560059AEB7487D95FDDB61%08X","name":"field%d","description":"field%d","datatype":"text",`+
			`"required":false,"valuecount":"single","defaultValue":"The default value of field%d",`+
			`"properties":{"caas-translation":{"note":"","translate":true}},`+
			`"settings":{"groupIndex":0,"caas":{"description":"","valuecountRange":null,"customValidators":[],`+
			`"editor":{"name":"textbox","options":{"rows":4,"placeholder":"Write here what readers should know about field%d"}}}}}`,
			number, number, number, number, number)
	}
	return append(body, `],"properties":{"caas":{"slug":{"enabled":false,"pattern":"-{name}"}},"customEditors":[],`+
		`"groups":[{"title":"Content Item Data Fields","collapse":false}]},"roleName":"manager",`+
		`"allowedActions":["preview","read","write","update","delete"]}`...)
}
