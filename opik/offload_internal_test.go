package opik

import (
	"io"
	"log/slog"
	"regexp"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/opiktest"
)

// TestOffload finds a member of a record among the attachments of its entity.
func TestOffload(t *testing.T) {
	srv := opiktest.NewServer(t)
	c, err := New(WithURL(srv.URL), WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	const id = "01942ab4-7a2e-7000-8000-0000000000a1"
	span := message.Span{ID: id, ProjectName: "Other"}
	placeholder, keep := c.offload(span.Kind(), span.Key(), "input", span.AppendJSON(nil))
	named := regexp.MustCompile(`^\[(input-attachment-\d{1,8}-\d{13}-sdk\.json)\]$`).FindStringSubmatch(placeholder)
	if keep == nil || named == nil {
		t.Fatalf("%q", placeholder)
	}
	keep([]byte(`{"large":true}`))
	score := message.SpanScore{ID: id, Name: "n"}
	if placeholder, keep := c.offload(score.Kind(), score.Key(), "reason", score.AppendJSON(nil)); keep != nil {
		t.Errorf("%q of a score", placeholder)
	}
	if _, err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	keep([]byte(`{}`))
	if a := c.Stats().Kinds["attachment"]; a.Accepted != 2 || a.Dropped != 1 {
		t.Errorf("after the end: %+v", a)
	}
	project, err := c.REST().RetrieveProject(t.Context(), rest.ProjectRetrieve{Name: "Other"})
	if err != nil {
		t.Fatal(err)
	}
	for a, err := range c.Attachments.List(t.Context(), project.ID, AttachToSpan, id, AttachmentListParams{}) {
		if err != nil || a.FileName != named[1] || a.MimeType != "application/json" {
			t.Fatalf("%+v, %v", a, err)
		}
		content, err := c.OpenAttachment(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		if text, err := io.ReadAll(content.Body); err != nil || string(text) != `{"large":true}` {
			t.Errorf("%s, %v", text, err)
		}
		return
	}
	t.Error("nothing is attached")
}
