package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/leaktest"
	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/transport"
)

var things = &message.Kind{Name: "thing", Operation: "createThings", Method: "POST", Path: "/v1/things", Items: "things", MaxItems: 1000, Lane: "things", Merge: message.MergeReplace}

type thing struct{ id, text string }

func (t thing) Kind() *message.Kind { return things }
func (t thing) Key() string         { return t.id }
func (t thing) PathValue() string   { return "" }
func (t thing) AppendJSON(b []byte) []byte {
	return fmt.Appendf(b, `{"id":%q,"text":%q}`, t.id, t.text)
}

func TestDeliversOverHTTP(t *testing.T) {
	leaktest.Check(t)
	got := map[string]string{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		var body struct{ Things []struct{ ID, Text string } }
		if err := json.Unmarshal(b, &body); err != nil {
			t.Errorf("%v: %s", err, b)
		}
		for _, th := range body.Things {
			got[th.ID] = th.Text
		}
		w.WriteHeader(204)
	}))
	defer srv.Close()
	u, _ := url.Parse(srv.URL)
	tr, err := transport.New(transport.Options{BaseURL: u})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	p, err := New(Options{Sender: tr})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 250 {
		if err := p.Enqueue(thing{fmt.Sprint(i), "start"}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := p.Flush(ctx)
	if err != nil || !r.Complete() || r.Total().Delivered != 250 || len(got) != 250 {
		t.Fatalf("%+v %v %d", r, err, len(got))
	}
	p.Enqueue(thing{"x", "start"})
	p.Enqueue(thing{"x", "end"})
	r, err = p.Close(ctx)
	if err != nil || r.Total() != (Counts{Accepted: 2, Delivered: 2}) || got["x"] != "end" {
		t.Fatalf("%+v %v", r, err)
	}
	if err := p.Enqueue(thing{"y", ""}); err != ErrClosed {
		t.Fatal(err)
	}
}
