package build_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// messagesOf runs all stages for the contract of the message tests and a template.
func messagesOf(t *testing.T, template string, omit bool) (*build.Result, diag.List) {
	t.Helper()
	contract, err := os.ReadFile("testdata/messages/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return build.Generate(&build.Inputs{
		Contract:    build.Source{Name: "api/openapi.yaml", Data: contract},
		Settings:    build.Source{Name: "api/rest.yaml", Data: []byte("initialisms: [IDs]\n")},
		Templates:   []tmpl.File{{Name: "templates/t.go", Data: []byte("package templates\n" + template)}},
		Module:      "github.com/opik-go/sdk",
		OmitMissing: omit,
	})
}

// problems renders the diagnostics about templates.
func problems(list diag.List) string {
	var out []string
	for _, d := range list.Sorted() {
		if d.Code != "undecided-operation" {
			out = append(out, d.String())
		}
	}
	return strings.Join(out, "\n")
}

// TestMessageProblems has a template for each mistake in a message, and exactly
// what is reported.
func TestMessageProblems(t *testing.T) {
	for _, test := range []struct{ name, template, want string }{
		{"no mistake", `
//opik:async createVisits items=visits key=id merge=replace
type Visit rest.Visit`, ``},

		{"unknown operation", `
//opik:async createVisit items=visits
type Visit rest.Visit`,
			`templates/t.go:3:14: unknown operation "createVisit"
	did you mean createVisits?
	see api/openapi.yaml:8:20`},

		{"operation without a body", `
//opik:async getVisit
type Visit rest.Visit`,
			`templates/t.go:3:14: operation "getVisit" (GET /v1/private/visits/{id}) cannot carry a message
	a message is sent by POST, PUT or PATCH with a JSON body
	see api/openapi.yaml:32:20`},

		{"operation with a result", `
//opik:async countVisits
type Mark rest.Mark`,
			`templates/t.go:3:14: operation "countVisits" answers with a result, which a queued message would lose
	declare a method for it instead
	see api/openapi.yaml:18:20`},

		{"required query parameter", `
//opik:async createToken
type Mark rest.Mark`,
			`templates/t.go:3:14: operation "createToken" needs the query parameter "realm", which a message cannot give
	see api/openapi.yaml:102:20`},

		{"unknown items", `
//opik:async createVisits items=visit
type Visit rest.Visit`,
			`templates/t.go:3:14: the body of operation "createVisits" has no property "visit"
	did you mean visits?
	see api/openapi.yaml:8:20`},

		{"items that are no list", `
//opik:async createVisits items=comment
type Visit rest.Visit`,
			`templates/t.go:3:14: property "comment" of operation "createVisits" is no list of records
	see api/openapi.yaml:8:20`},

		{"a batch that needs more, without a limit", `
//opik:async putNotes items=notes
//opik:field kind rename=Sort
//opik:field key rename=Keyword
type Note rest.Note`,
			`templates/t.go:3:14: operation "putNotes" needs the property "book_id" beside "notes", which a batch of messages cannot give
	see api/openapi.yaml:80:20`},

		{"source of another package", `
//opik:async createVisits items=visits
type Visit other.Visit`,
			`templates/t.go:4:6: the message Visit must be defined by a type of package rest, not by other.Visit
	write type Visit rest.Visit
	see api/openapi.yaml:8:20`},

		{"unknown source", `
//opik:async createVisits items=visits
type Visit rest.Vist`,
			`templates/t.go:4:6: package rest has no type Vist
	did you mean Visit?
	see api/openapi.yaml:8:20`},

		{"source of another operation", `
//opik:async createVisits items=visits
type Visit rest.VisitUpdate`,
			`templates/t.go:4:6: operation "createVisits" takes rest.Visit, not rest.VisitUpdate
	write rest.Visit
	see api/openapi.yaml:8:20`},

		{"forgotten items", `
//opik:async createVisits
type Visit rest.Visit`,
			`templates/t.go:4:6: operation "createVisits" takes rest.VisitBatch, not rest.Visit
	add items=visits
	see api/openapi.yaml:8:20`},

		{"two parameters in the path", `
//opik:async putMark
type Mark rest.Mark`,
			`templates/t.go:3:14: operation "putMark" has 2 parameters in its path; a message can give one
	see api/openapi.yaml:55:20`},

		{"a batch with a parameter in the path", `
//opik:async addToGroup items=visits
type Visit rest.Visit`,
			`templates/t.go:3:14: operation "addToGroup" takes a batch and has the parameter "id" in its path, which records cannot give
	see api/openapi.yaml:68:20`},

		{"unknown key", `
//opik:async createVisits items=visits key=ident,id
type Visit rest.Visit`,
			`templates/t.go:3:14: the key of Visit names "ident", which is neither a property of its records nor a parameter of its path
	see api/openapi.yaml:8:20`},

		{"key near the parameter", `
//opik:async updateVisit key=idd
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:3:14: the key of VisitUpdate names "idd", which is neither a property of its records nor a parameter of its path
	did you mean id?
	see api/openapi.yaml:43:20`},

		{"key that is no text", `
//opik:async createVisits items=visits key=count
type Visit rest.Visit`,
			`templates/t.go:3:14: the key of Visit names the property "count", which is no text
	see api/openapi.yaml:8:20`},

		{"key that is hidden", `
//opik:async createVisits items=visits key=id
//opik:field id hide
type Visit rest.Visit`,
			`templates/t.go:3:14: the key of Visit names the property "id", which has no field
	see api/openapi.yaml:8:20`},

		{"unknown merge", `
//opik:async createVisits items=visits key=id merge=both
type Visit rest.Visit`,
			`templates/t.go:3:47: //opik:async: merge cannot be "both"
	it can be replace, fields`},

		{"merge without a key", `
//opik:async createVisits items=visits merge=replace
type Visit rest.Visit`,
			`templates/t.go:3:14: merge=replace needs a key
	add key= with the properties that identify a record
	see api/openapi.yaml:8:20`},

		{"max above the contract's", `
//opik:async createVisits items=visits max=1000
type Visit rest.Visit`,
			`templates/t.go:3:14: max=1000 is more than the 500 visits that operation "createVisits" takes
	see api/openapi.yaml:8:20`},

		{"max without a batch", `
//opik:async updateVisit max=10
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:3:14: max=10 needs a batch, but operation "updateVisit" takes one record a request
	say with items= which property of the request holds the batch
	see api/openapi.yaml:43:20`},

		{"two messages for one operation", `
//opik:async createVisits items=visits
type Visit rest.Visit

//opik:async createVisits items=visits
type Other rest.Visit`,
			`templates/t.go:6:14: operation "createVisits" is already carried by the message Visit
	each operation has one state: a method, a message, skipped, or pending
	see templates/t.go:3:14`},

		{"a message that is declared twice", `
//opik:async createVisits items=visits
type Visit rest.Visit

//opik:async updateVisit
type Visit rest.VisitUpdate`,
			`templates/t.go:7:6: the message Visit is declared twice
	see templates/t.go:4:6`},

		{"two methods of one name", `
//opik:async createVisits items=visits method=Log
type Visit rest.Visit

//opik:async updateVisit method=Log
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:7:6: Client.Log would be declared twice
	see templates/t.go:4:6`},

		{"unknown property", `
//opik:async createVisits items=visits
//opik:field nam rename=Title
type Visit rest.Visit`,
			`templates/t.go:4:14: the records of operation "createVisits" have no property "nam"
	did you mean name?
	see api/openapi.yaml:8:20`},

		{"unknown property that is kept", `
//opik:async createVisits items=visits
//opik:field place keep
type Visit rest.Visit`,
			`templates/t.go:4:14: the records of operation "createVisits" have no property "place"
	see api/openapi.yaml:8:20`},

		{"required property that is hidden", `
//opik:async createVisits items=visits
//opik:field name hide
type Visit rest.Visit`,
			`templates/t.go:4:14: property "name" of operation "createVisits" is required; it cannot be hidden
	give it a value= instead
	see api/openapi.yaml:8:20`},

		{"value outside the enum", `
//opik:async createVisits items=visits
//opik:field state value=of
type Visit rest.Visit`,
			`templates/t.go:4:14: property "state" cannot be "of"
	did you mean off?
	see api/openapi.yaml:8:20`},

		{"value of another type", `
//opik:async createVisits items=visits
//opik:field size value=large
//opik:field active value=1
//opik:field ratio value=.5
//opik:field data value=x
type Visit rest.Visit`,
			`templates/t.go:4:14: property "size" cannot be "large"
	it is an integer
	see api/openapi.yaml:8:20
templates/t.go:5:14: property "active" cannot be "1"
	it can be true, false
	see api/openapi.yaml:8:20
templates/t.go:6:14: property "ratio" cannot be ".5"
	it is a number
	see api/openapi.yaml:8:20
templates/t.go:7:14: property "data" cannot be "x"
	only text, numbers and booleans can have a value
	see api/openapi.yaml:8:20`},

		{"rules that contradict themselves", `
//opik:async createVisits items=visits
//opik:field state hide value=on
//opik:field size hide rename=Length
//opik:field labels type=[]string
type Visit rest.Visit`,
			`templates/t.go:4:14: the rule for property "state" contradicts itself
	hide and value= leave no field; keep and rename= are about one
	see api/openapi.yaml:8:20
templates/t.go:5:14: the rule for property "size" contradicts itself
	hide and value= leave no field; keep and rename= are about one
	see api/openapi.yaml:8:20
templates/t.go:6:14: the rule for property "labels" has a type and no keep
	type= is for fields that are kept though the contract lacks the property
	see api/openapi.yaml:8:20`},

		{"field with the name of a method", `
//opik:async putNote
type Note rest.Note`,
			`templates/t.go:4:6: the property "key" gives a field Key, but messages have a method of that name
	//opik:field key rename=...
	see api/openapi.yaml:90:20
templates/t.go:4:6: the property "kind" gives a field Kind, but messages have a method of that name
	//opik:field kind rename=...
	see api/openapi.yaml:90:20`},

		{"two fields of one name", `
//opik:async createVisits items=visits
//opik:field size rename=Count
type Visit rest.Visit`,
			`templates/t.go:4:14: the message Visit has two fields Count
	//opik:field size rename=...
	see api/openapi.yaml:8:20`},

		{"unknown group", `
//opik:async createVisits items=visits group=nam
type Visit rest.Visit`,
			`templates/t.go:3:14: the group of Visit is "nam", which is neither a property of its records nor a parameter of its path
	did you mean name?
	see api/openapi.yaml:8:20`},

		{"group that is no text", `
//opik:async createVisits items=visits group=count
type Visit rest.Visit`,
			`templates/t.go:3:14: the group of Visit is the property "count", which is no text
	see api/openapi.yaml:8:20`},

		{"group that is hidden", `
//opik:async createVisits items=visits group=id
//opik:field id hide
type Visit rest.Visit`,
			`templates/t.go:3:14: the group of Visit is the property "id", which has no field
	see api/openapi.yaml:8:20`},

		{"attachments of an unknown kind of entity", `
//opik:async createVisits items=visits key=id attach=thread
type Visit rest.Visit`,
			`templates/t.go:3:47: //opik:async: attach cannot be "thread"
	it can be trace, span`},

		{"attachments without a key", `
//opik:async createVisits items=visits attach=trace
type Visit rest.Visit`,
			`templates/t.go:3:14: attach=trace needs a key
	add key= with the id of the entity first
	see api/openapi.yaml:8:20`},

		{"change of an unknown message", `
//opik:async createVisits items=visits key=id merge=replace
type Visit rest.Visit

//opik:async updateVisit key=id merge=fields updates=Visits
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visits: there is no such message
	did you mean Visit?`},

		{"change of itself", `
//opik:async updateVisit key=id merge=fields updates=VisitUpdate
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:3:14: updates=VisitUpdate: a message does not change itself
	name the message whose records it changes`},

		{"change whose fields are not merged", `
//opik:async createVisits items=visits key=id merge=replace
type Visit rest.Visit

//opik:async updateVisit key=id merge=replace updates=Visit
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visit: the fields of changes are merged when they meet
	add merge=fields`},

		{"change of records that are not complete", `
//opik:async createVisits items=visits key=id merge=fields
type Visit rest.Visit

//opik:async updateVisit key=id merge=fields updates=Visit
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visit: its records are not complete, or not known by one id
	it needs key= with one property, and merge=replace`},

		{"change of records that are known by two properties", `
//opik:async createVisits items=visits key=id,name merge=replace
type Visit rest.Visit

//opik:async updateVisit key=id merge=fields updates=Visit
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visit: its records are not complete, or not known by one id
	it needs key= with one property, and merge=replace`},

		{"change that is not known by its path", `
//opik:async createVisits items=visits key=id merge=replace
type Visit rest.Visit

//opik:async updateVisit key=name,id merge=fields updates=Visit
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visit: the changes do not say by their path what they change
	the first property of key= must be the parameter of the path`},

		{"change in another lane", `
//opik:async createVisits items=visits key=id merge=replace
type Visit rest.Visit

//opik:async updateVisit key=id merge=fields updates=Visit lane=changes
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visit: changes could arrive before what they change
	they need one lane=, and the change a later stage=`},

		{"change that is sent first", `
//opik:async createVisits items=visits key=id merge=replace stage=4
type Visit rest.Visit

//opik:async updateVisit key=id merge=fields updates=Visit
type VisitUpdate rest.VisitUpdate`,
			`templates/t.go:6:14: updates=Visit: changes could arrive before what they change
	they need one lane=, and the change a later stage=`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, found := messagesOf(t, test.template, false)
			if got := problems(found); got != test.want {
				t.Errorf("reported:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

// TestMessageModel shows what is inferred.
func TestMessageModel(t *testing.T) {
	result, found := messagesOf(t, `
// Visit happened.
//
//opik:async createVisits items=visits key=id merge=replace max=100
//opik:field size value=7
//opik:field state value=on
//opik:field labels rename=Words "Words describe it."
//opik:field flags hide
type Visit rest.Visit

//opik:async updateVisit key=id method=ChangeVisit lane=changes stage=3
type VisitChange rest.VisitUpdate

//opik:async putNote method=PutNote
//opik:field kind rename=Sort
//opik:field key rename=Keyword
type LongNote rest.Note
`, false)
	if got := problems(found); got != "" {
		t.Fatal(got)
	}
	visit, change, note := result.Model.Messages[0], result.Model.Messages[1], result.Model.Messages[2]
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"kind of a batch", visit.Kind, ir.MessageKind{
			Name: "visit", Operation: "createVisits", Method: "POST", Path: "/v1/private/visits/batch",
			Items: "visits", MaxItems: 100, Lane: "visits", Stage: 0, Merge: ir.MergeReplace, FreeForm: []string{"data"},
		}},
		{"kind of a change", change.Kind, ir.MessageKind{
			Name: "visit change", Operation: "updateVisit", Method: "PATCH", Path: "/v1/private/visits/{id}", PathParameter: "id",
			MaxItems: 1, Lane: "changes", Stage: 3, Merge: ir.MergeNone, FreeForm: []string{"data"},
		}},
		{"kind of a PUT", note.Kind, ir.MessageKind{
			Name: "long note", Operation: "putNote", Method: "PUT", Path: "/v1/private/notes/{kind}", PathParameter: "kind",
			MaxItems: 1, Lane: "notes", Stage: 2, Merge: ir.MergeNone,
		}},
		{"constants", shown(visit.Constants), `[{size 7} {state "on"}]`},
		{"public", shown(*change.Public), "{ChangeVisit false ProjectName ProjectID }"},
		{"internal", visit.Public == nil, true},
		{"key in the path", shown(change.KeyFields), "[ID]"},
		{"field for the path", change.PathField, "ID"},
		{"property for the path", note.PathField, "Sort"},
		{"names", shown(fieldNames(visit)), "[Active At Choice Count Data Detail Details ID Words Main Moments Name ProjectName Ratio Ratios Score Seen Sizes States Table Tally Values]"},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
	types := map[string]string{}
	for _, f := range visit.Fields {
		types[f.Name] = f.Type.Go
	}
	for name, want := range map[string]string{
		"Active": "*bool", "At": "time.Time", "Count": "int", "Data": "any", "Detail": "*rest.Detail", "Details": "[]rest.Detail",
		"Words": "[]string", "Moments": "[]time.Time", "Ratio": "*float64", "Ratios": "map[string]float64", "Score": "float64",
		"Sizes": "[]int", "Table": "[][]string", "Tally": "map[string]int64", "Choice": "any",
	} {
		if types[name] != want {
			t.Errorf("%s is a %s, want %s", name, types[name], want)
		}
	}
	words := visit.Fields[slices.Index(fieldNames(visit), "Words")]
	if want := "Words describe it. At most 3 values."; words.Doc != want {
		t.Errorf("comment %q, want %q", words.Doc, want)
	}
}

// TestMessageFacts shows what is known of records besides how they travel: what is
// inferred, and what the template says.
func TestMessageFacts(t *testing.T) {
	result, found := messagesOf(t, `
//opik:async createVisits items=visits key=id merge=replace group=project_name attach=trace
type Visit rest.Visit

//opik:async updateVisit key=id,project_name,state merge=fields updates=Visit group=id
type VisitChange rest.VisitUpdate

//opik:async createRemarks items=remarks key=id merge=replace
type Remark rest.Remark

//opik:async createRemark key=id merge=replace
type Single rest.Remark
`, false)
	if got := problems(found); got != "" {
		t.Fatal(got)
	}
	visit, change, remark, single := result.Model.Messages[0], result.Model.Messages[1], result.Model.Messages[2], result.Model.Messages[3]
	for _, test := range []struct {
		name      string
		got, want any
	}{
		{"opaque members, and no union", shown(visit.Kind.FreeForm), "[data]"},
		{"no time of change", visit.Kind.Versioned, false},
		{"time of change in a batch", remark.Kind.Versioned, true},
		{"time of change in a record alone", single.Kind.Versioned, false},
		{"group that is a property", visit.GroupField + " " + visit.Kind.Group, "ProjectName project_name"},
		{"group in the path", change.GroupField + " " + change.Kind.Group, "ID "},
		{"no group", remark.GroupField + remark.Kind.Group, ""},
		{"attachments", visit.Kind.Attach + change.Kind.Attach, "trace"},
		{"what is changed", change.Kind.Updates + visit.Kind.Updates, "Visit"},
		{"what a change must repeat", shown(change.Kind.Identity), "[project_name state]"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
	want := map[string][]string{
		"opik/internal/message/visit_gen.go": {
			`FreeForm:  []string{"data"},`, `Group:     "project_name",`, `Attach:    "trace",`, "return m.ProjectName",
		},
		"opik/internal/message/visit_change_gen.go": {
			"Updates:   KindVisit,", `Identity:  []string{"project_name", "state"},`, "func (m VisitChange) Group() string {\n\treturn m.ID\n}",
		},
		"opik/internal/message/remark_gen.go": {"Versioned: true,", "func (Remark) Group() string {\n\treturn \"\"\n}"},
	}
	for _, f := range result.Files {
		for _, part := range want[f.Path] {
			if !strings.Contains(string(f.Data), part) {
				t.Errorf("%s lacks %s:\n%s", f.Path, part, f.Data)
			}
		}
		delete(want, f.Path)
	}
	if len(want) > 0 {
		t.Errorf("not generated: %v", want)
	}
}

// TestMadeIDs shows which records get an id before they are queued: those that the
// server would give one each time they arrive.
func TestMadeIDs(t *testing.T) {
	for declaration, want := range map[string]string{
		"createVisits items=visits key=id method=LogVisits\ntype Visit rest.Visit": "ID",
		"createVisits items=visits method=LogVisits\ntype Visit rest.Visit":        "", // the id identifies nothing
		"updateVisit key=id method=ChangeVisit\ntype Visit rest.VisitUpdate":       "", // the id is part of the path
	} {
		result, found := messagesOf(t, "\n//opik:async "+declaration+"\n", false)
		if text := problems(found); text != "" {
			t.Fatalf("%s: %s", declaration, text)
		}
		if got := result.Model.Messages[0].Public.MadeID; got != want {
			t.Errorf("%s: the field %q gets an id, want %q", declaration, got, want)
		}
		for _, f := range result.Files {
			if f.Path == "opik/visit_gen.go" && strings.Contains(string(f.Data), "r.ID = orNewID(r.ID)") != (want != "") {
				t.Errorf("%s: generated code:\n%s", declaration, f.Data)
			}
		}
	}
}

func fieldNames(m *ir.Message) []string {
	var names []string
	for _, f := range m.Fields {
		names = append(names, f.Name)
	}
	return names
}

// TestMissingProperties shows what -missing=omit leaves out, and what it keeps.
func TestMissingProperties(t *testing.T) {
	result, found := messagesOf(t, `
//opik:async createVisits items=visits key=id,tenant merge=replace
//opik:field place keep "Place is where it happened."
//opik:field delay keep type=*float64 rename=Waited
//opik:field gone rename=Left
type Visit rest.Visit

//opik:async dropVisits items=visits
type Drop rest.Drop

//opik:async addToGroup items=members
type Member rest.Member
`, true)
	want := `templates/t.go:3:14: warning: the key of Visit names "tenant", which is neither a property of its records nor a parameter of its path; left out
	see api/openapi.yaml:8:20
templates/t.go:4:14: warning: the records of operation "createVisits" have no property "place"; its field stays and is not sent
	see api/openapi.yaml:8:20
templates/t.go:5:14: warning: the records of operation "createVisits" have no property "delay"; its field stays and is not sent
	see api/openapi.yaml:8:20
templates/t.go:6:14: warning: the records of operation "createVisits" have no property "gone"; left out
	see api/openapi.yaml:8:20
templates/t.go:9:14: warning: unknown operation "dropVisits"; left out
templates/t.go:12:14: warning: the body of operation "addToGroup" has no property "members"; left out
	it has visits, comment
	see api/openapi.yaml:68:20`
	if got := problems(found); got != want {
		t.Errorf("reported:\n%s\nwant:\n%s", got, want)
	}
	if len(result.Model.Messages) != 1 {
		t.Fatalf("%d messages", len(result.Model.Messages))
	}
	var kept []string
	for _, f := range result.Model.Messages[0].Fields {
		if f.Wire == "" {
			kept = append(kept, f.Name+" "+f.Type.Go)
		}
	}
	if got := strings.Join(kept, ", "); got != "Place string, Waited *float64" {
		t.Errorf("kept: %s", got)
	}
	for _, f := range result.Files {
		if strings.HasSuffix(f.Path, "message/visit_gen.go") && strings.Contains(string(f.Data), `"place"`) {
			t.Error("a kept field is encoded")
		}
	}
}

func shown(v any) string { return fmt.Sprint(v) }
