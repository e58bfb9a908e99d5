package opik_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

func ExampleClient_CreatePrompt() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	// At each start of the program; a version is added only when the text is another.
	for _, template := range []string{"Hi {{name}}", "Hi {{name}}", "Hello {{name}}, welcome to {{place}}!"} {
		prompt, err := client.CreatePrompt(ctx, "greet", template, opik.CreatePromptParams{})
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := prompt.Format(map[string]any{"name": "Ann", "place": "Oslo"})
		fmt.Println(text, err)
	}
	for version, err := range client.GetPromptHistory(ctx, "greet", opik.PromptHistoryParams{}) {
		fmt.Println(version.Template(), err)
	}
	// Output:
	// Hi Ann <nil>
	// Hi Ann <nil>
	// Hello Ann, welcome to Oslo! <nil>
	// Hello {{name}}, welcome to {{place}}! <nil>
	// Hi {{name}} <nil>
}

func ExampleClient_GetPrompt() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	if _, err := client.CreatePrompt(ctx, "greet", "Hi {{name}}", opik.CreatePromptParams{}); err != nil {
		fmt.Println(err)
		return
	}

	// An outage: what the server said last is good enough.
	srv.Inject(opiktest.FailWith(503).On("retrievePromptVersion").WithHeader("Retry-After", "3600"))
	prompt, err := client.GetPrompt(ctx, "greet", opik.GetPromptParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(prompt.Template(), prompt.Stale())
	// Output: Hi {{name}} true
}

func ExamplePrompt_Format() {
	prompt := opik.NewPrompt("answer", "Answer {{user.name}}.{{#facts}}\n- {{.}}{{/facts}}", opik.PromptTypeMustache)
	text, err := prompt.Format(map[string]any{
		"user":  map[string]any{"name": "Ann"},
		"facts": []string{"Go is a language.", "It has goroutines."},
	})
	fmt.Println(text, err)

	_, err = prompt.Format(map[string]any{"usr": nil})
	fmt.Println(err)
	fmt.Println(errors.Is(err, opik.ErrPlaceholders))
	// Output:
	// Answer Ann.
	// - Go is a language.
	// - It has goroutines. <nil>
	// opik: prompt "answer": no value for user.name; not used: usr
	// true
}

func ExampleWithPromptRenderer() {
	srv, _ := server()
	defer srv.Close()
	// In a program this is a library for Jinja.
	jinja := func(template string, variables map[string]any) (string, error) {
		return strings.ReplaceAll(template, "{{ name | upper }}", strings.ToUpper(variables["name"].(string))), nil
	}
	client, err := opik.New(opik.WithURL(srv.URL), opik.WithPromptRenderer(opik.PromptTypeJinja2, jinja))
	if err != nil {
		fmt.Println(err)
		return
	}
	prompt, err := client.CreatePrompt(context.Background(), "greet", "Hi {{ name | upper }}", opik.CreatePromptParams{Type: opik.PromptTypeJinja2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(prompt.Format(map[string]any{"name": "Ann"}))
	// Output: Hi ANN <nil>
}

func ExampleChatPrompt_Format() {
	prompt, err := opik.NewChatPrompt("describe", []opik.ChatMessage{
		opik.SystemMessage("You are {{who}}."),
		{Role: opik.ChatRoleUser, Parts: []opik.ContentPart{opik.TextPart("Describe this:"), opik.ImagePart("{{url}}")}},
	}, opik.PromptTypeMustache)
	if err != nil {
		fmt.Println(err)
		return
	}
	messages, err := prompt.Format(map[string]any{"who": "a guide", "url": "https://example.com/cat.png"},
		opik.WithoutModalities(opik.ModalityVision))
	for _, m := range messages {
		fmt.Printf("%s: %q\n", m.Role, m.Content)
	}
	fmt.Println(err)
	// Output:
	// system: "You are a guide."
	// user: "Describe this:\n\n<<<image>>>https://example.com/cat.png<<</image>>>"
	// <nil>
}

func ExampleSpan_SetPrompts() {
	srv, client := server()
	defer srv.Close()
	prompt := opik.NewPrompt("greet", "Hi {{name}}", opik.PromptTypeMustache)

	_, trace := client.StartTrace(context.Background(), "answer", opik.WithPrompts(prompt))
	_, span := trace.StartSpan(context.Background(), "ask the model", opik.WithSpanType(opik.SpanTypeLLM))
	span.SetPrompts(prompt)
	span.End()
	trace.End()
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	show(srv)
	// Output:
	// trace "answer" project="examples"
	//   metadata: {"opik_prompts":[{"name":"greet","template_structure":"text","version":{"template":"Hi {{name}}"}}]}
	//   span "ask the model" type=llm
	//     metadata: {"opik_prompts":[{"name":"greet","template_structure":"text","version":{"template":"Hi {{name}}"}}]}
}
