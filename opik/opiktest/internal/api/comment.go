package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func commentRoutes() []*wire.Route {
	var out []*wire.Route
	for _, k := range []struct {
		entity     store.EntityType
		word, path string
		param      string // of the entity in the path of a read
	}{
		{store.TraceEntity, "Trace", "/traces", "traceId"},
		{store.SpanEntity, "Span", "/spans", "spanId"},
		{store.ThreadEntity, "Thread", "/traces/threads", "threadId"},
	} {
		out = append(out,
			with("add"+k.word+"Comment", http.MethodPost, k.path+"/{id}/comments", addComment(k.entity)),
			get("get"+k.word+"Comment", k.path+"/{"+k.param+"}/comments/{commentId}", getComment(k.entity, k.param)),
			with("update"+k.word+"Comment", http.MethodPatch, k.path+"/comments/{commentId}", updateComment(k.entity)),
			with("delete"+k.word+"Comments", http.MethodPost, k.path+"/comments/delete", deleteComments(k.entity)),
		)
	}
	return out
}

var commentWrite = validate.Shape{{Name: "text", Kind: validate.String, Required: true, NotBlank: true}}

func addComment(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		id, err := c.ID("id")
		if err != nil {
			return wire.Result{}, err
		}
		if err := c.Check(commentWrite); err != nil {
			return wire.Result{}, err
		}
		comment, err := c.Store.AddComment(t, id, c.Body, c.User)
		if err != nil {
			return wire.Result{}, err
		}
		return wire.CreatedAt(comment), nil
	}
}

func getComment(t store.EntityType, param string) handler {
	return func(c *wire.Call) (wire.Result, error) {
		about, err := c.ID(param)
		if err != nil {
			return wire.Result{}, err
		}
		id, err := c.ID("commentId")
		if err != nil {
			return wire.Result{}, err
		}
		view, err := c.Store.Comment(t, about, id)
		if err != nil {
			return wire.Result{}, err
		}
		return wire.OK(view), nil
	}
}

func updateComment(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		id, err := c.ID("commentId")
		if err != nil {
			return wire.Result{}, err
		}
		if err := c.Check(commentWrite); err != nil {
			return wire.Result{}, err
		}
		return done(c.Store.UpdateComment(t, id, doc.String(c.Body, "text"), c.User))
	}
}

func deleteComments(t store.EntityType) handler {
	return func(c *wire.Call) (wire.Result, error) {
		if err := c.Check(idList); err != nil {
			return wire.Result{}, err
		}
		c.Store.DeleteComments(t, doc.Strings(c.Body, "ids"))
		return wire.NoContent(), nil
	}
}
