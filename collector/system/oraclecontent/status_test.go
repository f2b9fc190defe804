package oraclecontent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// decoded is an operation's job.
func decoded(t *testing.T, body string) *job.Job {
	t.Helper()
	found, err := decodeStatus([]byte(body), kindOperation, builtInWords())
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return found
}

// TestUnknownJobIsSaidInTheVendorsWords tells an answer about a job from one of
// whatever stands before the API.
func TestUnknownJobIsSaidInTheVendorsWords(t *testing.T) {
	for body, says := range map[string]bool{
		`{"o:errorCode":"OCE-CAAS-009024"}`: true,
		`{"type":"http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4.5","title":"Not Found","status":404}`: true,
		`{"type":"http://www.w3.org/Protocols","title":"Not Found","status":"404","detail":"No such job"}`:             true,
		`{"type":"about:blank","title":"Not Found","status":404,"detail":"There is no job 9F2"}`:                       true,
		`{"type":"about:blank","title":"Not Found","status":404,"detail":"No static resource a."}`:                     false,
		`{"type":"about:blank","title":"Not Found","status":404}`:                                                      false,
		`{"title":"Not Found","status":404}`:                                                                           false, `{"type":"a","title":"b","status":null}`: false, `{"o:errorCode":""}`: false,
		`{"error_type":"NOT_FOUND","messages":[]}`: false, `{"message":"Job 9F2 not found"}`: false, `{}`: false, `<html></html>`: false, ``: false,
	} {
		if got := saysUnknown([]byte(body)); got != says {
			t.Errorf("%s says that the job is unknown: %t", body, got)
		}
	}
}

// TestStatusIsTheWordOfOperationsOnly, where there is no progress: a type update
// has none of that name, and a number is no word.
func TestStatusIsTheWordOfOperationsOnly(t *testing.T) {
	for body, want := range map[string]job.State{
		`{"status":"INPROGRESS"}`:                        job.Running,
		`{"status":"In Progress"}`:                       job.Running,
		`{"status":"success","progress":""}`:             job.Succeeded,
		`{"status":"FAILED","progress":"processing"}`:    job.Running,
		`{"status":"READY"}`:                             job.Pending,
		`{"status":"ZIPPING"}`:                           job.Unknown,
		`{"status":"FAILED","error":{"title":"a"}}`:      job.Failed,
		`{"status":"SUCCESS","error":{"title":"a"}}`:     job.Failed,
		`{"status":"404","error":{"title":"Not Found"}}`: job.Failed,
	} {
		if got := decoded(t, body).State; got != want {
			t.Errorf("%s is %s, want %s", body, got, want)
		}
	}
	for _, of := range []struct{ kind, body string }{
		{kindTypeUpdate, `{"status":"SUCCESS"}`}, {kindOperation, `{"status":"404"}`}, {kindOperation, `{"status":200}`}, {kindOperation, `{"status":{"code":1}}`},
	} {
		if found, err := decodeStatus([]byte(of.body), of.kind, builtInWords()); err == nil {
			t.Errorf("%s of a %s is %s", of.body, of.kind, found.State)
		}
	}
}

// TestErrorsAreFoundWhereverTheyStand: what says most comes first.
func TestErrorsAreFoundWhereverTheyStand(t *testing.T) {
	for body, want := range map[string]job.Error{
		`"error":{"o:errorCode":"A","detail":"own","o:errorDetails":[{"o:errorCode":"B","detail":"nested"}]}`:                {ID: "A", Message: "own"},
		`"error":{"status":400,"title":"Bad Request","o:errorDetails":{"o:errorCode":"B","title":"nested"}}`:                 {ID: "B", Message: "nested"},
		`"error":{"status":400,"title":"Bad Request","o:errorDetails":[{},{"o:errorDetails":[{"detail":"deep"}]}]}`:          {ID: "400", Message: "deep"},
		`"error":{"status":400,"title":"Bad Request","o:errorDetails":[]}`:                                                   {ID: "400", Message: "Bad Request"},
		`"error":"a text of its own","message":"another"`:                                                                    {Message: "a text of its own"},
		`"error":true,"message":"the message"`:                                                                               {Message: "the message"},
		`"errorDescription":"what happened","message":"the message"`:                                                         {Message: "what happened"},
		`"summary":"two items failed"`:                                                                                       {Message: "two items failed"},
		`"summary":{"error":{"o:errorCode":"C","detail":"in the summary"}}`:                                                  {ID: "C", Message: "in the summary"},
		`"summary":{"contentItems":["CORE1"]}`:                                                                               {},
		`"error":{"detail":"get https://u:p@example.com/a?token=b"}`:                                                         {Message: "get https://example.com/a"},
		`"result":{"body":{"operations":{"publish":{"failedItems":[{"message":"ignored, it failed anyway"}]}}}}`:             {},
		`"error":{"o:errorDetails":` + strings.Repeat(`[`, 1000) + `{"detail":"too deep"}` + strings.Repeat(`]`, 1000) + `}`: {},
	} {
		if got := decoded(t, `{"progress":"failed",`+body+`}`).Error; got != want {
			t.Errorf("%.100s is %+v, want %+v", body, got, want)
		}
	}
}

// TestFailedItemsFailABulkOperation that calls itself succeeded. While it is under
// way they are no end.
func TestFailedItemsFailABulkOperation(t *testing.T) {
	const items = `"result":{"status":{"code":"200"},"body":{"operations":{"b":{"failedItems":[{"message":"second"}]},"a":{"failedItems":[{"id":"CORE1","o:errorCode":"X","message":"first"},{}]},"c":{"failedItems":[]}}}}`
	for word, want := range map[string]job.State{"succeeded": job.Failed, "SUCCESS": job.Failed, "processing": job.Running, "aborted": job.Canceled} {
		found := decoded(t, fmt.Sprintf(`{"progress":%q,%s}`, word, items))
		if found.State != want || want == job.Failed && found.Error != (job.Error{ID: "X", Message: "first"}) {
			t.Errorf("%s is %s with the error %+v, want %s", word, found.State, found.Error, want)
		}
	}
	words := builtInWords().With(map[string]string{"SUCCEEDED": "succeeded"})
	if found, err := decodeStatus([]byte(`{"progress":"succeeded",`+items+`}`), kindOperation, words); err != nil || found.State != job.Succeeded {
		t.Errorf("the word's meaning was configured and the job is %v (%v)", found, err)
	}
}

// TestProgressIsOfPagesWhereThereIsNoPercentage: never more than is said.
func TestProgressIsOfPagesWhereThereIsNoPercentage(t *testing.T) {
	for body, want := range map[string]float64{
		`"completedPercentage":"38"`: 0.38, `"completedPercentage":38,"pageCount":4,"completedCount":1`: 0.38, `"pageCount":"4","completedCount":"1"`: 0.25,
		`"pageCount":4,"completedCount":0`: 0, `"pageCount":0,"completedCount":0`: -1, `"pageCount":4`: -1, `"completedCount":4`: -1, `"pageCount":-4,"completedCount":1`: -1,
	} {
		got := -1.0
		if progress := decoded(t, `{"progress":"processing",`+body+`}`).Progress; progress != nil {
			got = *progress
		}
		if got != want {
			t.Errorf("%s is %v, want %v", body, got, want)
		}
	}
}

// TestPathsMayHaveAQuery, and lead nowhere else.
func TestPathsMayHaveAQuery(t *testing.T) {
	const path = "/system/export/api/v1/exports/A1"
	for query, fine := range map[string]bool{
		"": true, "?links=none": true, "?fields=id,progress,completed&links=none": true, "?q=name%20eq%20'a'": true,
		"?": false, "?a": false, "?a=b&": false, "?a=b#c": false, "?a=%zz": false, "?a;b": false, "?a=\nb": false, "?a=b?c": false, "?" + strings.Repeat("a", 1100): false,
	} {
		asked := config.Job{ID: "A1", Path: path + query}
		if err := (System{}).CheckJob(&asked); (err == nil) != fine {
			t.Errorf("%.60q: %v", query, err)
		}
	}
	for _, elsewhere := range []string{"//example.com/api/a?b", "/a/api/../b?c", "https://example.com/a/api/b?c", "/a/api/b?c=d@/../e"} {
		asked := config.Job{ID: "A1", Path: elsewhere}
		err := (System{}).CheckJob(&asked)
		if got, _, splitErr := splitPath(elsewhere); err == nil && (splitErr != nil || !strings.HasPrefix(got, "/a/api/b")) {
			t.Errorf("%s is asked for at %s", elsewhere, got)
		}
	}
}
