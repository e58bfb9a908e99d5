package pipeline

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// sink takes everything at once.
type sink struct{}

func (sink) Send(context.Context, transport.Request) (transport.Response, error) {
	return transport.Response{Status: 204, Released: true}, nil
}

// ready is a record whose encoding costs no more than a copy.
type ready struct {
	kind *message.Kind
	key  string
	json []byte
}

func (r *ready) Kind() *message.Kind        { return r.kind }
func (r *ready) Key() string                { return r.key }
func (r *ready) PathValue() string          { return "" }
func (r *ready) Group() string              { return "" }
func (r *ready) AppendJSON(b []byte) []byte { return append(b, r.json...) }

// keys are as many ids as a benchmark needs to never meet one that still waits.
func keys() []string {
	list := make([]string, 1<<16)
	for i := range list {
		list[i] = fmt.Sprintf("018cc251-f400-7abc-8def-%012d", i)
	}
	return list
}

func BenchmarkEnqueue(b *testing.B) {
	for _, size := range []int{350, 2400} {
		json := []byte(`{"id":"x","input":"` + strings.Repeat("x", size-21) + `"}`)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			p, ids := openSink(b), keys()
			b.ReportAllocs()
			i := 0
			r := &ready{rows, "", json}
			for b.Loop() {
				r.key = ids[i%len(ids)]
				i++
				p.Enqueue(r)
			}
			finish(b, p)
		})
		b.Run(fmt.Sprint(size, "/merged"), func(b *testing.B) {
			p := openSink(b)
			b.ReportAllocs()
			r := &ready{rows, "same", json}
			for b.Loop() {
				p.Enqueue(r)
			}
			finish(b, p)
		})
		b.Run(fmt.Sprint(size, "/parallel"), func(b *testing.B) {
			p, ids := openSink(b), keys()
			b.ReportAllocs()
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				r := &ready{rows, "", json}
				for i := 0; pb.Next(); i++ {
					r.key = ids[i%len(ids)]
					p.Enqueue(r)
				}
			})
			finish(b, p)
		})
	}
}

func openSink(b *testing.B) *Pipeline {
	p, err := New(Options{Sender: sink{}})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func finish(b *testing.B, p *Pipeline) {
	b.StopTimer()
	r, err := p.Close(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	if t := r.Total(); t.Rejected > 0 {
		b.Fatalf("%+v", t)
	} else if t.Dropped > 0 {
		b.ReportMetric(100*float64(t.Dropped)/float64(t.Accepted), "%dropped")
	}
}
