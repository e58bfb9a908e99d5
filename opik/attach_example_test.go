package opik_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/opik"
)

// Files are attached while a span runs, without waiting for the server.
func ExampleSpan_Attach() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	_, span := client.StartSpan(ctx, "draw")
	span.Attach(opik.Attachment{FileName: "chart.svg", Data: []byte("<svg/>")})
	span.End()
	// Content of any length is taken from a reader.
	span.Attach(opik.Attachment{FileName: "log.txt", Reader: strings.NewReader("drawn in 3 ms\n")})

	receipt, err := client.Close(ctx)
	fmt.Println(receipt.Kinds["attachment"].Delivered, err)
	// Output: 2 <nil>
}

// An attachment can belong to a trace or span that somebody else has made.
func ExampleClient_LogAttachment() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	target := opik.AttachmentUpload{
		EntityType: opik.AttachToTrace,
		EntityID:   "01942ab4-7a2e-7000-8000-0000000000a1",
		FileName:   "answer.json",
	}
	if err := client.LogAttachment(target, strings.NewReader(`{"answer":42}`)); err != nil {
		fmt.Println(err)
	}

	receipt, err := client.Flush(ctx)
	fmt.Println(receipt.Kinds["attachment"].Delivered, err)
	if _, err := client.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 <nil>
}

// Files can be attached to what is started.
func ExampleWithAttachments() {
	srv, client := server()
	defer srv.Close()
	ctx := context.Background()

	question := opik.Attachment{FileName: "question.png", MIMEType: "image/png", Data: []byte("\x89PNG...")}
	_, trace := client.StartTrace(ctx, "look", opik.WithAttachments(question))
	trace.End()

	receipt, err := client.Close(ctx)
	fmt.Println(receipt.Kinds["attachment"].Delivered, err)
	// Output: 1 <nil>
}
