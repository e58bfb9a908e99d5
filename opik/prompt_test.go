package opik_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest"
)

// promptRequests returns the operations that were asked for since the last call.
func promptRequests(srv *opiktest.Server) string {
	var all []string
	for _, r := range srv.Requests() {
		all = append(all, r.Operation)
	}
	srv.ClearRequests()
	return strings.Join(all, " ")
}

func TestCreatePrompt(t *testing.T) {
	c, srv := served(t, 0)
	promptRequests(srv)
	create := func(template string, params opik.CreatePromptParams) *opik.Prompt {
		t.Helper()
		p, err := c.CreatePrompt(t.Context(), "greet", template, params)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := create("Hi {{name}}", opik.CreatePromptParams{
		Description: "d", Tags: []string{"x"}, ChangeDescription: "first", Metadata: object{"b": 1, "a": []int{1}},
	})
	if got := promptRequests(srv); got != "retrievePromptVersion createPrompt getPromptById" {
		t.Errorf("a new prompt: %s", got)
	}
	record, version := first.Record(), first.Version()
	if record.Description != "d" || !slices.Equal(record.Tags, []string{"x"}) || version.ChangeDescription != "first" ||
		string(version.Metadata) != `{"a":[1],"b":1}` || first.Commit() != version.Commit || len(first.Commit()) != 8 ||
		first.VersionID() != version.ID || first.ID() != version.PromptID || first.Type() != opik.PromptTypeMustache || first.Stale() {
		t.Errorf("prompt %+v, version %+v", record, version)
	}

	same := create("Hi {{name}}", opik.CreatePromptParams{Metadata: map[string]any{"a": []any{1}, "b": 1}, ChangeDescription: "of no use"})
	if got := promptRequests(srv); got != "retrievePromptVersion" || same.VersionID() != first.VersionID() {
		t.Errorf("the same: %s", got)
	}

	latest := first
	for _, change := range []struct {
		template string
		params   opik.CreatePromptParams
	}{
		{"Hello {{name}}", opik.CreatePromptParams{Metadata: object{"a": []int{1}, "b": 1}, ChangeDescription: "politer"}},
		{"Hello {{name}}", opik.CreatePromptParams{Metadata: object{"a": []int{1}, "b": 2}}},
		{"Hello {{name}}", opik.CreatePromptParams{}},
		{"Hello {{name}}", opik.CreatePromptParams{Type: opik.PromptTypeJinja2}},
	} {
		p := create(change.template, change.params)
		if p.VersionID() == latest.VersionID() || p.ID() != first.ID() || p.Template() != change.template || p.Version().ChangeDescription != change.params.ChangeDescription {
			t.Errorf("%+v made %+v", change, p.Version())
		}
		if got := promptRequests(srv); got != "retrievePromptVersion createPromptVersion" {
			t.Errorf("%+v: %s", change, got)
		}
		latest = p
	}

	// No metadata and none in it are the same.
	if p := create("Hello {{name}}", opik.CreatePromptParams{Type: opik.PromptTypeJinja2, Metadata: object{}}); p.VersionID() != latest.VersionID() {
		t.Error("an empty object made a version")
	}
	promptRequests(srv)

	// What belongs to the prompt as a whole is changed without a version.
	p := create("Hello {{name}}", opik.CreatePromptParams{Type: opik.PromptTypeJinja2, Description: "e"})
	if got := promptRequests(srv); got != "retrievePromptVersion getPromptById updatePrompt" || p.VersionID() != latest.VersionID() {
		t.Errorf("a description: %s", got)
	}
	if r := p.Record(); r.Description != "e" || !slices.Equal(r.Tags, []string{"x"}) {
		t.Errorf("prompt %+v", r)
	}
	p = create("Hello {{name}}", opik.CreatePromptParams{Type: opik.PromptTypeJinja2, Tags: []string{}})
	if err := p.Refresh(t.Context()); err != nil || p.Record().Description != "e" || len(p.Record().Tags) != 0 {
		t.Errorf("prompt %+v, %v", p.Record(), err)
	}
	promptRequests(srv)
	create("Hello {{name}}", opik.CreatePromptParams{Type: opik.PromptTypeJinja2, Description: "e", Tags: []string{}})
	if got := promptRequests(srv); got != "retrievePromptVersion getPromptById" {
		t.Errorf("nothing new: %s", got)
	}
}

func TestCreateChatPrompt(t *testing.T) {
	c, srv := served(t, 0)
	create := func(messages ...opik.ChatMessage) *opik.ChatPrompt {
		t.Helper()
		p, err := c.CreateChatPrompt(t.Context(), "chat", messages, opik.CreatePromptParams{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := create(opik.SystemMessage("Be {{how}}"), opik.UserMessage("<Hi>"))
	if want := `[{"role":"system","content":"Be {{how}}"},{"role":"user","content":"<Hi>"}]`; first.Template() != want {
		t.Errorf("stored as %s", first.Template())
	}
	// Others write the same in other ways.
	again := `[ {"content":"Be {{how}}", "role":"system"},{"role":"user","content":"\u003cHi>"}]`
	if _, err := c.Prompts.CreateVersion(t.Context(), "chat", rest.PromptVersion{Template: again}, opik.PromptCreateVersionParams{TemplateStructure: opik.PromptStructureChat}); err != nil {
		t.Fatal(err)
	}
	promptRequests(srv)
	second := create(opik.SystemMessage("Be {{how}}"), opik.UserMessage("<Hi>"))
	if got := promptRequests(srv); got != "retrievePromptVersion" || second.Template() != again {
		t.Errorf("%s; %s", got, second.Template())
	}
	third := create(opik.UserMessage("Hi"))
	if third.VersionID() == second.VersionID() || third.ID() != first.ID() {
		t.Error("no new version")
	}
	if empty := create(); empty.Template() != "[]" {
		t.Errorf("no messages are stored as %s", empty.Template())
	}
	read, err := c.GetChatPrompt(t.Context(), "chat", opik.GetPromptParams{Commit: first.Commit()})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := read.Format(object{"how": "kind"})
	if err != nil || !reflect.DeepEqual(messages, []opik.ChatMessage{opik.SystemMessage("Be kind"), opik.UserMessage("<Hi>")}) {
		t.Errorf("%+v, %v", messages, err)
	}
}

func TestPromptStructures(t *testing.T) {
	c, _ := served(t, 0)
	if _, err := c.CreatePrompt(t.Context(), "text", "x", opik.CreatePromptParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateChatPrompt(t.Context(), "chat", nil, opik.CreatePromptParams{}); err != nil {
		t.Fatal(err)
	}
	_, text := c.CreatePrompt(t.Context(), "chat", "x", opik.CreatePromptParams{})
	_, chat := c.CreateChatPrompt(t.Context(), "text", nil, opik.CreatePromptParams{})
	_, getText := c.GetPrompt(t.Context(), "chat", opik.GetPromptParams{})
	_, getChat := c.GetChatPrompt(t.Context(), "text", opik.GetPromptParams{})
	errs := []error{text, chat, getText, getChat}
	for _, err := range c.GetPromptHistory(t.Context(), "chat", opik.PromptHistoryParams{}) {
		errs = append(errs, err)
	}
	for _, err := range c.GetChatPromptHistory(t.Context(), "text", opik.PromptHistoryParams{}) {
		errs = append(errs, err)
	}
	if len(errs) != 6 {
		t.Errorf("%d errors", len(errs))
	}
	for i, err := range errs {
		want := &opik.PromptStructureError{Prompt: "chat", Structure: "chat", Wanted: "text"}
		if i%2 == 1 {
			want = &opik.PromptStructureError{Prompt: "text", Structure: "text", Wanted: "chat"}
		}
		var got *opik.PromptStructureError
		if !errors.Is(err, opik.ErrPromptStructure) || !errors.As(err, &got) || *got != *want {
			t.Errorf("%d: %v", i, err)
		}
	}
	if want := `opik: prompt "chat" is a chat prompt, not a text prompt`; text.Error() != want {
		t.Errorf("%v", text)
	}
}

func TestPromptsThatAreRefused(t *testing.T) {
	c, srv := served(t, 0)
	promptRequests(srv)
	for field, create := range map[string]func() error{
		"name":     func() error { _, err := c.CreatePrompt(t.Context(), " ", "x", opik.CreatePromptParams{}); return err },
		"template": func() error { _, err := c.CreatePrompt(t.Context(), "n", "\n", opik.CreatePromptParams{}); return err },
		"params.Metadata": func() error {
			_, err := c.CreatePrompt(t.Context(), "n", "x", opik.CreatePromptParams{Metadata: []int{1}})
			return err
		},
		"messages[0].Role": func() error {
			_, err := c.CreateChatPrompt(t.Context(), "n", make([]opik.ChatMessage, 1), opik.CreatePromptParams{})
			return err
		},
	} {
		var invalid *opik.ValidationError
		if err := create(); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := c.CreatePrompt(t.Context(), "n", "x", opik.CreatePromptParams{Metadata: make(chan int)}); err == nil {
		t.Error("metadata that cannot be encoded")
	}
	if got := promptRequests(srv); got != "" {
		t.Errorf("requests: %s", got)
	}
	srv.Inject(opiktest.FailWith(http.StatusUnprocessableEntity).On("createPrompt"))
	if _, err := c.CreatePrompt(t.Context(), "n", "x", opik.CreatePromptParams{}); !errors.Is(err, opik.ErrInvalid) {
		t.Errorf("what the server refuses: %v", err)
	}
}

// TestPromptsCreatedAtTheSameTime runs many programs that keep the same prompt.
func TestPromptsCreatedAtTheSameTime(t *testing.T) {
	c, _ := served(t, 0)
	versions := make([]string, 8)
	var all sync.WaitGroup
	for i := range versions {
		all.Go(func() {
			p, err := c.CreatePrompt(t.Context(), "shared", "x", opik.CreatePromptParams{})
			if err != nil {
				t.Error(err)
				return
			}
			versions[i] = p.VersionID()
		})
	}
	all.Wait()
	if slices.Sort(versions); len(slices.Compact(versions)) != 1 {
		t.Errorf("versions %v", versions)
	}
}

// TestLostAnswers loses the answers to what creates something.
func TestLostAnswers(t *testing.T) {
	c, srv := served(t, 0)
	lost := func(operation string) opiktest.Fault { return opiktest.Reset(0).On(operation).Times(1) }
	srv.Inject(lost("createPromptVersion"))
	for i, template := range []string{"one", "two"} {
		p, err := c.CreatePrompt(t.Context(), "p", template, opik.CreatePromptParams{})
		if err != nil || p.Template() != template {
			t.Fatalf("%d: %v, %v", i, p, err)
		}
	}
	n := 0
	for p, err := range c.GetPromptHistory(t.Context(), "p", opik.PromptHistoryParams{}) {
		if n++; err != nil || p.Template() == "" {
			t.Error(err)
		}
	}
	if n != 2 {
		t.Errorf("%d versions", n)
	}
}

func TestPromptHistory(t *testing.T) {
	c, srv := served(t, 0)
	var first *opik.Prompt
	for i := range 5 {
		p, err := c.CreatePrompt(t.Context(), "p", fmt.Sprint("v", i+1), opik.CreatePromptParams{})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = p
		}
	}
	history := func(params opik.PromptHistoryParams) (templates []string) {
		t.Helper()
		for p, err := range c.GetPromptHistory(t.Context(), "p", params) {
			if err != nil || p.ID() != first.ID() || p.Name() != "p" {
				t.Fatal(p, err)
			}
			templates = append(templates, p.Template())
		}
		return templates
	}
	if got := history(opik.PromptHistoryParams{Versions: opik.PromptListVersionsParams{PageSize: 2}}); strings.Join(got, " ") != "v5 v4 v3 v2 v1" {
		t.Errorf("history %v", got)
	}
	if got := history(opik.PromptHistoryParams{Versions: opik.PromptListVersionsParams{Search: "V3"}}); strings.Join(got, " ") != "v3" {
		t.Errorf("search %v", got)
	}
	if got := history(opik.PromptHistoryParams{Versions: opik.PromptListVersionsParams{Filter: `template = "v2"`}}); strings.Join(got, " ") != "v2" {
		t.Errorf("filter %v", got)
	}
	for p, err := range c.GetPromptHistory(t.Context(), "lost", opik.PromptHistoryParams{}) {
		if p != nil || !errors.Is(err, opik.ErrNotFound) {
			t.Errorf("%v, %v", p, err)
		}
	}
	promptRequests(srv)
	for range c.GetPromptHistory(t.Context(), "p", opik.PromptHistoryParams{Versions: opik.PromptListVersionsParams{PageSize: 2}}) {
		break
	}
	if got := promptRequests(srv); got != "retrievePromptVersion getPromptVersions" {
		t.Errorf("who stops early: %s", got)
	}

	restored, err := first.Restore(t.Context(), first.VersionID())
	if err != nil || restored.Template() != "v1" || restored.VersionID() == first.VersionID() || restored.ID() != first.ID() {
		t.Errorf("restored %v, %v", restored, err)
	}
	if _, err := first.Restore(t.Context(), "0194f3a0-0000-7000-8000-000000000000"); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("restore what is not there: %v", err)
	}
	for v, err := range restored.Versions(t.Context(), opik.PromptListVersionsParams{}) {
		if err != nil {
			t.Fatal(err)
		}
		if at := first.At(v); at.VersionID() != v.ID || at.Name() != "p" || at.Commit() != v.Commit {
			t.Errorf("at %+v", v)
		}
	}
}

func TestSearchPrompts(t *testing.T) {
	c, srv := served(t, 0)
	for i := range 20 {
		var err error
		if i%2 == 0 {
			_, err = c.CreatePrompt(t.Context(), fmt.Sprintf("p%02d", i), "x", opik.CreatePromptParams{Tags: []string{"even"}})
		} else {
			_, err = c.CreateChatPrompt(t.Context(), fmt.Sprintf("p%02d", i), nil, opik.CreatePromptParams{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Prompts.Create(t.Context(), "without version", opik.PromptCreateParams{}); err != nil {
		t.Fatal(err)
	}
	n := 20
	for p, err := range c.SearchPrompts(t.Context(), opik.PromptListParams{PageSize: 6}) {
		n--
		if err != nil || p.Name() != fmt.Sprintf("p%02d", n) {
			t.Fatalf("%d: %v, %v", n, p, err)
		}
		if _, text := p.(*opik.Prompt); text != (n%2 == 0) || text != (p.Structure() == opik.PromptStructureText) {
			t.Errorf("%s is a %T", p.Name(), p)
		}
	}
	if n != 0 {
		t.Errorf("%d were not found", n)
	}
	for p, err := range c.SearchPrompts(t.Context(), opik.PromptListParams{Filter: opik.PromptFields.Tags.Contains("even")}) {
		if _, text := p.(*opik.Prompt); err != nil || !text {
			t.Errorf("%v, %v", p, err)
		}
		n++
	}
	if n != 10 {
		t.Errorf("%d are even", n)
	}
	promptRequests(srv)
	for range c.SearchPrompts(t.Context(), opik.PromptListParams{}) {
		break
	}
	if got := strings.Count(promptRequests(srv), "getPromptById"); got != 8 {
		t.Errorf("who stops at the first makes %d requests", got)
	}
	srv.Inject(opiktest.FailWith(http.StatusForbidden).On("getPromptById").After(9).Times(1))
	found, failed := 0, 0
	for _, err := range c.SearchPrompts(t.Context(), opik.PromptListParams{}) {
		if err != nil {
			failed++
		} else {
			found++
		}
	}
	// The first eight have the one without a version; any of the next eight may fail.
	if failed != 1 || found < 7 || found > 14 {
		t.Errorf("%d found, %d errors", found, failed)
	}
}

func TestChangePrompt(t *testing.T) {
	c, srv := served(t, 0)
	p, err := c.CreatePrompt(t.Context(), "before", "x", opik.CreatePromptParams{Description: "d"})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Update(t.Context(), opik.PromptChanges{Name: "after", Tags: []string{"b", "a"}}); err != nil {
		t.Fatal(err)
	}
	if r := p.Record(); r.Name != "after" || r.Description != "d" || !slices.Equal(r.Tags, []string{"b", "a"}) {
		t.Errorf("record %+v", r)
	}
	again, err := c.GetPrompt(t.Context(), "after", opik.GetPromptParams{})
	if err != nil {
		t.Fatal(err)
	}
	if again.Record().Description != "" {
		t.Error("the look-up of a version says nothing about the prompt")
	}
	if err := again.Refresh(t.Context()); err != nil || again.Record().Description != "d" || again.Template() != "x" {
		t.Errorf("%+v, %v", again.Record(), err)
	}
	promptRequests(srv)
	if err := again.Update(t.Context(), opik.PromptChanges{Tags: []string{"a", "b"}}); err != nil || promptRequests(srv) != "getPromptById" {
		t.Errorf("nothing new: %v", err)
	}
	if _, err := c.CreatePrompt(t.Context(), "other", "x", opik.CreatePromptParams{}); err != nil {
		t.Fatal(err)
	}
	if err := p.Update(t.Context(), opik.PromptChanges{Name: "other"}); !errors.Is(err, opik.ErrConflict) || p.Name() != "after" {
		t.Errorf("%v; the name is %q", err, p.Name())
	}

	ids := make([]string, 1001)
	for i := range ids {
		ids[i] = uuid7.New() // which does not exist
	}
	ids[1000] = p.VersionID()
	promptRequests(srv)
	if err := c.UpdatePromptVersionTags(t.Context(), ids, opik.UpdatePromptVersionTagsParams{Tags: []string{"a"}}); err != nil || promptRequests(srv) != "updatePromptVersions updatePromptVersions" {
		t.Error(err)
	}
	for _, tt := range []struct {
		tags  []string
		merge bool
		want  string
	}{{[]string{"b"}, true, "a b"}, {nil, true, "a b"}, {nil, false, ""}} {
		if err := c.UpdatePromptVersionTags(t.Context(), []string{p.VersionID()}, opik.UpdatePromptVersionTagsParams{Tags: tt.tags, Merge: tt.merge}); err != nil {
			t.Fatal(err)
		}
		v, err := c.Prompts.GetVersion(t.Context(), p.VersionID())
		if err != nil || strings.Join(v.Tags, " ") != tt.want {
			t.Errorf("%v: %v, %v", tt, v.Tags, err)
		}
	}

	if err := p.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Delete(t.Context()); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("again: %v", err)
	}
	if err := p.Update(t.Context(), opik.PromptChanges{Name: "x"}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("change: %v", err)
	}
}

func TestPromptLinks(t *testing.T) {
	c, srv := served(t, 0)
	p, err := c.CreatePrompt(t.Context(), "greet", "Hi {{x}}", opik.CreatePromptParams{Metadata: object{"k": 1}})
	if err != nil {
		t.Fatal(err)
	}
	chat, err := opik.NewChatPrompt("chat", []opik.ChatMessage{opik.UserMessage("{{q}}")}, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, trace := c.StartTrace(t.Context(), "t", opik.WithMetadata(object{"m": 1}), opik.WithPrompts(chat, nil, (*opik.Prompt)(nil), (*opik.ChatPrompt)(nil)))
	_, span := opik.StartSpan(ctx, "s", opik.WithPrompts(p))
	span.SetPrompts(chat, p)
	span.End()
	trace.End()
	_, empty := c.StartTrace(t.Context(), "u", opik.WithPrompts(p))
	empty.SetPrompts()
	empty.End()
	(*opik.Trace)(nil).SetPrompts(p)
	(*opik.Span)(nil).SetPrompts(p)
	flush(t, c)
	chatLink := `{"name":"chat","template_structure":"chat","version":{"template":[{"content":"{{q}}","role":"user"}]}}`
	trees := srv.TraceTrees()
	if len(trees) != 2 || len(trees[0].Spans) != 1 {
		t.Fatalf("stored %v", trees)
	}
	for _, tt := range []struct {
		metadata any
		want     string
	}{
		{trees[0].Metadata, `{"m":1,"opik_prompts":[` + chatLink + `]}`},
		{trees[0].Spans[0].Metadata, fmt.Sprintf(`{"opik_prompts":[%s,{"id":"%s","name":"greet","template_structure":"text","version":{"commit":"%s","id":"%s","metadata":{"k":1},"template":"Hi {{x}}"}}]}`,
			chatLink, p.ID(), p.Commit(), p.VersionID())},
		{trees[1].Metadata, `{"opik_prompts":[]}`},
	} {
		if got, err := json.Marshal(tt.metadata); err != nil || string(got) != tt.want {
			t.Errorf("metadata %s, %v\nwant %s", got, err, tt.want)
		}
	}
}
