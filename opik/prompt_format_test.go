package opik_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

func TestPromptFormat(t *testing.T) {
	for _, tt := range []struct {
		kind      opik.PromptType
		template  string
		variables object
		opts      []opik.FormatOption
		want      string
		wrong     string
	}{
		{"", "Hi {{ name }}{{#tags}} #{{.}}{{/tags}}", object{"name": "Ann", "tags": []string{"a", "b"}}, nil, "Hi Ann #a #b", ""},
		{"", "<{{x}}>", object{"x": object{"a": "<"}, "unused": 1}, nil, `<{"a":"<"}>`, ""},
		{"", "{{nam}} {{b.c}}", object{"name": 1, "b": object{}}, nil, "", `opik: prompt "p": no value for nam, b.c; not used: name`},
		{"", "{{nam}}|{{b}}", object{"b": 1}, []opik.FormatOption{opik.AllowMissing()}, "|1", ""},
		{"", "{{nam}}|{{b}}", object{"b": 1}, []opik.FormatOption{opik.KeepMissing(), nil}, "{{nam}}|1", ""},
		{"", "{{a}}", object{"a": 1, "c": 1, "b": 1}, []opik.FormatOption{opik.RejectUnused()}, "", `opik: prompt "p": not used: b, c`},
		{"", "a\n{{#x}}", nil, nil, "", `opik: prompt "p", a mustache template: line 2, column 1: section "x" is not closed`},
		{"", "{{x}}", object{"x": make(chan int)}, nil, "", `opik: prompt "p", a mustache template: the value of x: json: unsupported type: chan int`},
		{opik.PromptTypePython, "{a} {b} {{a}}", object{"a": 1}, nil, "1 {b} {{a}}", ""},
		{opik.PromptTypeJinja2, "{{ a | upper }}", object{"a": "x"}, nil, "", `opik: prompt "p", a jinja2 template: nothing is set that can fill templates of this type`},
		{opik.PromptTypeJinja2, "{{ a | upper }}", object{"a": "x"}, []opik.FormatOption{opik.FormatWith(func(template string, variables map[string]any) (string, error) {
			return template + "=" + variables["a"].(string), nil
		})}, "{{ a | upper }}=x", ""},
		{opik.PromptTypeMustache, "{{a}}", nil, []opik.FormatOption{opik.FormatWith(func(string, map[string]any) (string, error) {
			return "", errors.New("no")
		})}, "", `opik: prompt "p", a mustache template: no`},
	} {
		got, err := opik.NewPrompt("p", tt.template, tt.kind).Format(tt.variables, tt.opts...)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != tt.want || text != tt.wrong {
			t.Errorf("%s %q: %q, %v; want %q, %s", tt.kind, tt.template, got, err, tt.want, tt.wrong)
		}
	}
}

func TestPromptFormatErrors(t *testing.T) {
	_, err := opik.NewPrompt("p", "{{a}}{{b}}", "").Format(object{"c": 1})
	var placeholders *opik.PlaceholdersError
	if !errors.Is(err, opik.ErrPlaceholders) || !errors.As(err, &placeholders) ||
		!reflect.DeepEqual(placeholders, &opik.PlaceholdersError{Prompt: "p", Missing: []string{"a", "b"}, Unused: []string{"c"}}) {
		t.Errorf("missing: %v", err)
	}
	_, err = opik.NewPrompt("p", "\n {{a", "").Format(nil)
	var template *opik.TemplateError
	if !errors.As(err, &template) || template.Line != 2 || template.Column != 2 || template.Prompt != "p" || template.Type != opik.PromptTypeMustache {
		t.Errorf("syntax: %v", err)
	}
	_, err = opik.NewPrompt("p", "x", opik.PromptTypeJinja2).Format(nil)
	if !errors.Is(err, opik.ErrNoRenderer) || !errors.As(err, &template) || template.Line != 0 {
		t.Errorf("renderer: %v", err)
	}
	if _, err := opik.New(opik.WithPromptRenderer(opik.PromptTypeJinja2, nil)); err == nil {
		t.Error("a nil renderer")
	}
}

func TestPromptVariables(t *testing.T) {
	got, err := opik.NewPrompt("p", "{{b}} {{a.x}} {{b}}", "").Variables()
	if err != nil || strings.Join(got, " ") != "b a" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := opik.NewPrompt("p", "{{b", "").Variables(); err == nil {
		t.Error("variables of what cannot be read")
	}
	chat, err := opik.NewChatPrompt("c", []opik.ChatMessage{
		opik.SystemMessage("{{b}}"), {Role: opik.ChatRoleUser, Parts: []opik.ContentPart{opik.TextPart("{{a}}{{b}}"), opik.VideoPart("{{url}}")}},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := chat.Variables(); err != nil || strings.Join(got, " ") != "b a url" {
		t.Errorf("%v, %v", got, err)
	}
	if got := chat.Modalities(); len(got) != 1 || got[0] != opik.ModalityVideo {
		t.Errorf("modalities %v", got)
	}
}

// TestPromptOfTheWebInterface formats messages that are kept as a text prompt.
func TestPromptOfTheWebInterface(t *testing.T) {
	p := opik.NewPrompt("p", `[{"role":"user","content":"{{q}}"}]`, "")
	got, err := p.FormatMessages(object{"q": `"quoted"`})
	if err != nil || len(got) != 1 || got[0].Content != `"quoted"` {
		t.Errorf("%+v, %v", got, err)
	}
	var template *opik.TemplateError
	if _, err := opik.NewPrompt("p", "text", "").FormatMessages(nil); !errors.As(err, &template) {
		t.Errorf("a text: %v", err)
	}
}

func TestChatPromptFormat(t *testing.T) {
	long := "https://example.com/" + strings.Repeat("x", 600)
	const template = `[
		{"role":"system","content":"You are {{who}}"},
		{"role":"user","content":[
			{"type":"text","text":"See {{thing}}","cache":true},
			{"type":"image_url","image_url":{"url":"{{url}}","detail":"low"}},
			{"type":"image_url","image_url":{"url":"{{none}}"}},
			{"type":"file","file":{"id":"{{kept}}"}},
			{"type":"video_url","video_url":"odd"}
		],"name":"x"}]`
	var messages []opik.ChatMessage
	if err := json.Unmarshal([]byte(template), &messages); err != nil {
		t.Fatal(err)
	}
	p := chatPrompt(t, template)
	got, err := p.Format(object{"who": "a guide", "thing": "a cat", "url": long, "none": nil})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(got)
	want := `[{"role":"system","content":"You are a guide"},{"role":"user","content":[{"type":"text","text":"See a cat","cache":true},` +
		`{"type":"image_url","image_url":{"url":"` + long + `","detail":"low"}},{"type":"file","file":{"id":"{{kept}}"}},` +
		`{"type":"video_url","video_url":"odd"}],"name":"x"}]`
	if err != nil || string(encoded) != want {
		t.Errorf("%s, %v\nwant %s", encoded, err, want)
	}
	if again, err := p.Messages(); err != nil || !reflect.DeepEqual(again, messages) {
		t.Errorf("the prompt itself is %+v, %v", again, err)
	}

	_, err = p.Format(object{"typo": 1, "url": 1})
	if want := `opik: prompt "chat": no value for who, thing, none; not used: typo`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := chatPrompt(t, `[{"role":"user","content":"{{a"}]`).Format(nil); err == nil || !strings.Contains(err.Error(), "has no end") {
		t.Errorf("syntax: %v", err)
	}
}

// chatPrompt is a chat prompt as a server may have it.
func chatPrompt(t *testing.T, template string) *opik.ChatPrompt {
	t.Helper()
	p, err := opik.NewChatPrompt("chat", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return p.At(rest.PromptVersion{Template: template})
}

func TestChatPromptsThatCannotBeRead(t *testing.T) {
	for _, template := range []string{"", "text", "null", "{}", `[{"role":1}]`, `[{"role":"user","content":5}]`, `["x"]`, `[{"role":"user","content":["x"]}]`} {
		p := chatPrompt(t, template)
		var wrong *opik.TemplateError
		if _, err := p.Format(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), `prompt "chat"`) {
			t.Errorf("%q: %v", template, err)
		}
		if p.Template() != template || len(p.Modalities()) != 0 {
			t.Errorf("%q became %q", template, p.Template())
		}
	}
}

func TestWithoutModalities(t *testing.T) {
	long := strings.Repeat("ü", 501)
	for _, tt := range []struct {
		parts   string
		without []opik.Modality
		want    string
	}{
		{`{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":""}`, []opik.Modality{opik.ModalityVision}, `"a\n\n<<<image>>>u<<</image>>>"`},
		{`{"type":"image_url","image_url":{"url":"u"}},{"type":"video_url","video_url":{"url":"v"}}`, []opik.Modality{opik.ModalityVision},
			`[{"type":"text","text":"<<<image>>>u<<</image>>>"},{"type":"video_url","video_url":{"url":"v"}}]`},
		{`{"type":"video_url","video_url":{"url":"v"}},{"type":"audio_url","audio_url":{"url":"a"}}`, []opik.Modality{opik.ModalityVideo, opik.ModalityAudio},
			`"<<<video>>>v<<</video>>>\n\n<<<audio>>>a<<</audio>>>"`},
		{`{"type":"image_url","image_url":{"url":"` + long + `"}}`, []opik.Modality{opik.ModalityVision}, `"<<<image>>>` + strings.Repeat("ü", 497) + `...<<</image>>>"`},
		{`{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}`, []opik.Modality{opik.ModalityVideo}, `[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]`},
		{`{"type":"text","text":"a"}`, []opik.Modality{opik.ModalityVision}, `[{"type":"text","text":"a"}]`},
		{``, []opik.Modality{opik.ModalityVision}, `[]`},
	} {
		got, err := chatPrompt(t, `[{"role":"user","content":[`+tt.parts+`]}]`).Format(nil, opik.WithoutModalities(tt.without...))
		if err != nil {
			t.Errorf("%s: %v", tt.parts, err)
			continue
		}
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(got); err != nil {
			t.Fatal(err)
		}
		if want := `[{"role":"user","content":` + tt.want + "}]\n"; b.String() != want {
			t.Errorf("%s: %s, want %s", tt.parts, b.String(), want)
		}
	}
}

func TestMessagesAreChecked(t *testing.T) {
	_, err := opik.NewChatPrompt("c", []opik.ChatMessage{
		{Role: "tool", Content: "x"},
		{Content: "x", Parts: []opik.ContentPart{{}, {Type: opik.PartImage}, {Type: opik.PartText, Media: &opik.Media{}}, {Type: "file", Text: "x"}, {Type: opik.PartAudio, Media: &opik.Media{}, Text: "x"}}},
		{Role: opik.ChatRoleUser, Extra: map[string]json.RawMessage{"name": nil}},
		opik.AssistantMessage(""),
	}, "")
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		`messages[0].Role is "tool", which is neither system, user nor assistant`,
		"messages[1].Role is missing", "messages[1].Content is set beside Parts", "messages[1].Parts[0].Type is missing",
		"messages[1].Parts[1].Media is missing", "messages[1].Parts[2].Media is set for a text",
		"messages[1].Parts[3].Extra has all members of a part of another type", "messages[1].Parts[4].Text is set for what is no text",
		"messages[2].Extra is set, but a message has only a role and a content",
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		if i >= len(want) || line != "opik: NewChatPrompt: "+want[i] {
			t.Errorf("problem %d: %s", i, line)
		}
	}
	var first *opik.ValidationError
	if !errors.As(err, &first) || first.Field != "messages[0].Role" {
		t.Errorf("first: %+v", first)
	}
	empty, err := opik.NewChatPrompt("c", []opik.ChatMessage{{Role: opik.ChatRoleUser, Parts: []opik.ContentPart{}}}, "")
	if err != nil || empty.Template() != `[{"role":"user","content":[]}]` {
		t.Errorf("%s, %v", empty.Template(), err)
	}
	broken := map[string]json.RawMessage{"x": json.RawMessage("{")}
	if _, err := opik.NewChatPrompt("c", []opik.ChatMessage{{Role: opik.ChatRoleUser, Parts: []opik.ContentPart{{Type: "file", Extra: broken}}}}, ""); err == nil {
		t.Error("a part that cannot be encoded")
	}
}

func TestNilPrompts(t *testing.T) {
	var p *opik.Prompt
	var chat *opik.ChatPrompt
	for _, any := range []opik.AnyPrompt{p, chat} {
		if any.ID()+any.Name()+any.Commit()+any.VersionID()+any.Template() != "" || any.Version().ID != "" || any.Structure() == "" || any.Type() == "" {
			t.Errorf("%T is something", any)
		}
	}
	if text, err := p.Format(nil); text != "" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if messages, err := chat.Format(nil); messages != nil || err != nil {
		t.Errorf("%v, %v", messages, err)
	}
	ctx := t.Context()
	_, restored := p.Restore(ctx, "v")
	_, restoredChat := chat.Restore(ctx, "v")
	local := opik.NewPrompt("p", "x", "")
	for i, err := range []error{p.Delete(ctx), chat.Delete(ctx), restored, restoredChat, p.Update(ctx, opik.PromptChanges{}), chat.Update(ctx, opik.PromptChanges{}), local.Delete(ctx), local.Refresh(ctx)} {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if p.At(rest.PromptVersion{}) != nil || chat.At(rest.PromptVersion{}) != nil || p.Stale() || chat.Stale() || !p.ReadAt().IsZero() || !chat.ReadAt().IsZero() {
		t.Error("nil prompts have versions")
	}
	var c *opik.Client
	_, created := c.CreatePrompt(ctx, "p", "x", opik.CreatePromptParams{})
	_, createdChat := c.CreateChatPrompt(ctx, "p", nil, opik.CreatePromptParams{})
	_, got := c.GetPrompt(ctx, "p", opik.GetPromptParams{})
	_, gotChat := c.GetChatPrompt(ctx, "p", opik.GetPromptParams{})
	errs := []error{created, createdChat, got, gotChat, c.UpdatePromptVersionTags(ctx, nil, opik.UpdatePromptVersionTagsParams{})}
	for _, err := range c.GetPromptHistory(ctx, "p", opik.PromptHistoryParams{}) {
		errs = append(errs, err)
	}
	for _, err := range c.SearchPrompts(ctx, opik.PromptListParams{}) {
		errs = append(errs, err)
	}
	for i, err := range errs {
		if !errors.Is(err, opik.ErrNilClient) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if len(errs) != 7 {
		t.Errorf("%d errors", len(errs))
	}
}
