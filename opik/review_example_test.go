package opik_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// A file is attached to a trace, listed, and read.
func ExampleClient_UploadAttachment() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	_, trace := client.StartTrace(ctx, "report")
	upload := opik.AttachmentUpload{EntityType: opik.AttachToTrace, EntityID: trace.ID(), FileName: "report.md"}
	if err := client.UploadAttachment(ctx, upload, strings.NewReader("# All is well\n")); err != nil {
		fmt.Println(err)
	}
	trace.End()
	if _, err := client.Close(ctx); err != nil {
		fmt.Println(err)
	}

	project, err := client.REST().RetrieveProject(ctx, rest.ProjectRetrieve{Name: client.ProjectName()})
	if err != nil {
		fmt.Println(err)
		return
	}
	for attachment, err := range client.Attachments.List(ctx, project.ID, opik.AttachToTrace, trace.ID(), opik.AttachmentListParams{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		content, err := client.OpenAttachment(ctx, attachment)
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := io.ReadAll(content.Body)
		fmt.Printf("%s (%s): %s%v\n", attachment.FileName, attachment.MimeType, text, err)
		if err := content.Close(); err != nil {
			fmt.Println(err)
		}
	}
	// Output: report.md (text/markdown): # All is well
	// <nil>
}

// Attachments are saved into a folder, under the names that they have.
func ExampleClient_SaveAttachment() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "attachments")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)

	attachment := attached(ctx, client)
	path, err := client.SaveAttachment(ctx, attachment, folder)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := os.ReadFile(path)
	fmt.Println(filepath.Base(path), string(text), err)
	// Output: hello.txt hello <nil>
}

// attached returns an attachment.
func attached(ctx context.Context, client *opik.Client) (found rest.Attachment) {
	upload := opik.AttachmentUpload{EntityType: opik.AttachToTrace, EntityID: attachedTrace, FileName: "hello.txt"}
	if err := client.UploadAttachment(ctx, upload, strings.NewReader("hello")); err != nil {
		fmt.Println(err)
	}
	project, err := client.REST().RetrieveProject(ctx, rest.ProjectRetrieve{Name: client.ProjectName()})
	if err != nil {
		fmt.Println(err)
		return found
	}
	for attachment, err := range client.Attachments.List(ctx, project.ID, opik.AttachToTrace, attachedTrace, opik.AttachmentListParams{}) {
		if err != nil {
			fmt.Println(err)
		}
		found = attachment
	}
	return found
}

// Traces with a bad score are given to people to look at.
func ExampleTracesAnnotationQueue() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	for i, score := range []float64{0.9, 0.2, 0.1} {
		_, trace := client.StartTrace(ctx, fmt.Sprint("answer ", i))
		trace.Score("helpful", score)
		trace.End()
	}
	if _, err := client.Close(ctx); err != nil {
		fmt.Println(err)
	}

	queue, err := client.CreateTracesAnnotationQueue(ctx, "unhelpful answers", opik.CreateAnnotationQueueParams{
		Instructions: "What would have helped?", CommentsEnabled: opik.Ptr(true),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var ids []string
	for trace, err := range client.SearchTraces(ctx, opik.SearchTracesParams{Filter: "feedback_scores.helpful < 0.5"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		ids = append(ids, trace.ID)
	}
	if err := queue.AddTraces(ctx, ids); err != nil {
		fmt.Println(err)
	}
	n, err := queue.ItemsCount(ctx)
	fmt.Println(queue.Name(), n, err)
	// Output: unhelpful answers 2 <nil>
}

// A program reads its settings from the server, and goes on with its own if there is
// none.
func ExampleClient_GetOrCreateConfig() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	type settings struct {
		Model       string   `json:"model"`
		Temperature float64  `json:"temperature"`
		Tools       []string `json:"tools"`
	}
	fallback := settings{Model: "small", Temperature: 0.2, Tools: []string{"search"}}
	config, err := client.GetOrCreateConfig(ctx, fallback, opik.GetConfigParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, trace := client.StartTrace(ctx, "answer")
	var s settings
	if err := config.Decode(ctx, &s); err != nil { // notes the version in the trace
		fmt.Println(err)
		return
	}
	trace.End()
	fmt.Printf("%s: %+v\n", config.Version(), s)

	// Somebody tries another model, and decides to use it.
	next, err := client.CreateConfig(ctx, map[string]any{"model": "large"}, opik.CreateConfigParams{Description: "larger"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := client.SetConfigEnv(ctx, next.Version(), "prod", opik.SetConfigEnvParams{}); err != nil {
		fmt.Println(err)
	}
	config, err = client.GetOrCreateConfig(ctx, fallback, opik.GetConfigParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := config.Decode(ctx, &s); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s: %+v\n", config.Version(), s)
	if _, err := client.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// v1: {Model:small Temperature:0.2 Tools:[search]}
	// v2: {Model:large Temperature:0.2 Tools:[search]}
}

// What a guardrail finds is stored with the trace and the span that ran it.
func ExampleClient_LogGuardrails() {
	srv, client := server()
	defer srv.Close()
	ctx, trace := client.StartTrace(context.Background(), "answer")
	_, span := opik.StartSpan(ctx, "check", opik.WithSpanType(opik.SpanTypeGuardrail))
	if err := client.LogGuardrails(opik.Guardrail{
		TraceID: trace.ID(), SpanID: span.ID(), Name: rest.GuardrailNamePII, Result: rest.GuardrailResultFailed,
		Config: map[string]any{"entities": []string{"EMAIL"}}, Details: map[string]any{"found": 1},
	}); err != nil {
		fmt.Println(err)
	}
	span.End()
	trace.End()
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	stored, err := client.GetTraceContent(context.Background(), trace.ID(), opik.GetTraceContentParams{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stored.GuardrailsValidations[0].Checks)
	// Output: [{PII failed}]
}

// A feedback definition tells people what to score, and how.
func ExampleNewFeedbackDefinition() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()
	definition, err := opik.NewFeedbackDefinition(rest.CategoricalFeedbackDefinition{
		Name: "tone", Details: rest.CategoricalFeedbackDetail{Categories: map[string]float64{"rude": 0, "kind": 1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := client.FeedbackDefinitions.Create(ctx, definition)
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := client.FeedbackDefinitions.Get(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	value, err := stored.Value()
	if tone, ok := value.(rest.CategoricalFeedbackDefinition); ok {
		fmt.Println(tone.Name, tone.Details.Categories, err)
	}
	// Output: tone map[kind:1 rude:0] <nil>
}
