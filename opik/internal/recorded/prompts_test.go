package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// noFaults is for recordings in which the server says that something does not exist
// yet: this server says so by itself.
var noFaults = []opiktest.Fault{}

func promptScenarios() map[string]scenario {
	return map[string]scenario{
		"chat-prompt":   {run: chatPrompt, faults: noFaults},
		"prompt-create": {run: promptCreate, faults: noFaults},
		"prompt-create-described": {
			run: promptCreateDescribed, faults: noFaults,
			differs: &difference{
				reason: "the change description is stored with the version; the official SDK drops it",
				paths:  []string{"prompt greet/v1.change_description"},
			},
		},
		"prompt-get":        {run: promptGet, faults: noFaults},
		"prompt-properties": {run: promptProperties, faults: noFaults},
		"prompt-search":     {run: promptSearch, faults: noFaults},
		"py-prompt-create":  {run: pyPromptCreate, faults: noFaults},
	}
}

// same compares a result with that of the recording.
func (r *run) same(result string, got any) {
	r.Helper()
	encoded, err := json.Marshal(got)
	if err != nil {
		r.Fatal(err)
	}
	var decoded any
	d := json.NewDecoder(bytes.NewReader(encoded))
	d.UseNumber() // as the results are read
	if err := d.Decode(&decoded); err != nil {
		r.Fatal(err)
	}
	if want := r.vector.Results[result]; !reflect.DeepEqual(decoded, want) {
		r.Errorf("%s: %s, not %v", result, encoded, want)
	}
}

func (r *run) createPrompt(name, template string, params opik.CreatePromptParams) *opik.Prompt {
	r.Helper()
	prompt, err := r.client.CreatePrompt(r.ctx, name, template, params)
	r.check(err)
	return prompt
}

func promptCreate(r *run) {
	prompt := r.createPrompt("greet", "Hello {{name}}, welcome to {{place}}!", opik.CreatePromptParams{})
	text, err := prompt.Format(map[string]any{"name": "Ann", "place": "Oslo"})
	r.check(err)
	r.same("text", text)
}

func promptCreateDescribed(r *run) {
	r.createPrompt("greet", "Hi {{x}}", opik.CreatePromptParams{
		Description: "a greeting", Tags: []string{"prod", "v1"}, ChangeDescription: "first", ProjectName: "other-project",
	})
}

func promptGet(r *run) {
	first := r.createPrompt("greet", "v1 {{x}}", opik.CreatePromptParams{})
	r.sameAfter(3)
	r.createPrompt("greet", "v2 {{x}}", opik.CreatePromptParams{})
	r.sameAfter(6)
	for _, read := range []struct {
		result string
		params opik.GetPromptParams
	}{{"latest", opik.GetPromptParams{}}, {"first", opik.GetPromptParams{Commit: first.Commit()}}, {"again", opik.GetPromptParams{}}} {
		prompt, err := r.client.GetPrompt(r.ctx, "greet", read.params)
		r.check(err)
		r.same(read.result, prompt.Template())
	}
	if _, err := r.client.GetPrompt(r.ctx, "missing", opik.GetPromptParams{}); !errors.Is(err, opik.ErrNotFound) {
		r.Errorf("a prompt that does not exist: %v", err)
	}
}

func promptProperties(r *run) {
	prompt := r.createPrompt("greet", "Hi", opik.CreatePromptParams{})
	r.sameAfter(3)
	r.check(prompt.Update(r.ctx, opik.PromptChanges{Name: "greet-2", Description: "d", Tags: []string{"t"}}))
	r.sameAfter(4)
	r.check(r.client.UpdatePromptVersionTags(r.ctx, []string{prompt.VersionID()}, opik.UpdatePromptVersionTagsParams{Tags: []string{"prod"}}))
	r.sameAfter(5)
	r.check(r.client.UpdatePromptVersionTags(r.ctx, []string{prompt.VersionID()}, opik.UpdatePromptVersionTagsParams{Tags: []string{"hot"}, Merge: true}))
	r.sameAfter(6)
	r.check(prompt.Delete(r.ctx))
	r.sameAfter(7)
	r.check(r.client.Prompts.DeleteBatch(r.ctx, []string{"01942ab4-7a2e-7000-8000-000000000011", "01942ab4-7a2e-7000-8000-000000000012"}))
}

func promptSearch(r *run) {
	r.createPrompt("alpha", "a", opik.CreatePromptParams{})
	r.createPrompt("beta", "b", opik.CreatePromptParams{})
	search := func(params opik.PromptListParams) (found []string) {
		for prompt, err := range r.client.SearchPrompts(r.ctx, params) {
			if err != nil {
				r.Error(err)
				return nil
			}
			found = append(found, prompt.Name()+": "+prompt.Template())
		}
		return found
	}
	for _, s := range []struct {
		params opik.PromptListParams
		want   []string
	}{
		{opik.PromptListParams{Filter: `name contains "alph" AND tags contains "x"`}, nil},
		{opik.PromptListParams{Filter: opik.PromptFields.Name.Contains("alph")}, []string{"alpha: a"}},
		{opik.PromptListParams{}, []string{"beta: b", "alpha: a"}},
	} {
		if got := search(s.params); !reflect.DeepEqual(got, s.want) {
			r.Errorf("%v: %q, not %q", s.params, got, s.want)
		}
	}
}

func chatPrompt(r *run) {
	_, err := r.client.CreateChatPrompt(r.ctx, "chat", []opik.ChatMessage{
		opik.SystemMessage("You are {{who}}"),
		{Role: opik.ChatRoleUser, Parts: []opik.ContentPart{opik.TextPart("Describe {{thing}}"), opik.ImagePart("{{url}}")}},
	}, opik.CreatePromptParams{})
	r.check(err)
	prompt, err := r.client.GetChatPrompt(r.ctx, "chat", opik.GetPromptParams{})
	r.check(err)
	variables := map[string]any{"who": "a guide", "thing": "a cat", "url": "https://example.com/c.png"}
	messages, err := prompt.Format(variables)
	r.check(err)
	r.same("messages", messages)
	messages, err = prompt.Format(variables, opik.WithoutModalities(opik.ModalityVision))
	r.check(err)
	// The URL stands between the markers, as in the Python SDK; the TypeScript SDK
	// leaves it out, and with it all that a model could know about the image.
	if want := "Describe a cat\n\n<<<image>>>https://example.com/c.png<<</image>>>"; messages[1].Content != want {
		r.Errorf("without vision: %+v, not %q", messages[1], want)
	}
	r.createPrompt("text", "x", opik.CreatePromptParams{})
	if _, err := r.client.CreateChatPrompt(r.ctx, "text", nil, opik.CreatePromptParams{}); !errors.Is(err, opik.ErrPromptStructure) {
		r.Errorf("a text prompt as a chat prompt: %v", err)
	}
}

func pyPromptCreate(r *run) { r.createPrompt("greet", "Hi {{x}}", opik.CreatePromptParams{}) }
