package opik_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// inMemory is a network with one server, which can be away, slow, or refuse.
type inMemory struct {
	backend *opiktest.Backend
	mu      sync.Mutex
	n       int
	err     error
	status  int
	takes   time.Duration
}

func (m *inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.n++
	err, status, takes := m.err, m.status, m.takes
	m.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	if status != 0 {
		w.WriteHeader(status)
	} else {
		asked := r.Clone(r.Context())
		if asked.Body == nil {
			asked.Body = http.NoBody
		}
		m.backend.ServeHTTP(w, asked)
	}
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

func (m *inMemory) be(err error, status int, takes time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err, m.status, m.takes = err, status, takes
}

func (m *inMemory) requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.n
	m.n = 0
	return n
}

// prompts is a client beside which others change prompts, in a bubble of its own time.
type prompts struct {
	*testing.T
	c   *opik.Client
	net *inMemory
	log *bytes.Buffer
}

func inPromptBubble(t *testing.T, test func(p prompts), opts ...opik.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		// The checker of requests is outside the bubble.
		p := prompts{T: t, net: &inMemory{backend: opiktest.New(opiktest.AllowViolations())}, log: &bytes.Buffer{}}
		c, err := opik.New(append([]opik.Option{
			opik.WithURL("http://localhost"), opik.WithHTTPClient(&http.Client{Transport: p.net}),
			opik.WithLogger(slog.New(slog.NewTextHandler(p.log, nil))),
		}, opts...)...)
		if err != nil {
			t.Fatal(err)
		}
		p.c = c
		defer close(t, c)
		test(p)
	})
}

func (p prompts) create(template string) *opik.Prompt {
	p.Helper()
	prompt, err := p.c.CreatePrompt(p.Context(), "p", template, opik.CreatePromptParams{})
	if err != nil {
		p.Fatal(err)
	}
	p.net.requests()
	return prompt
}

// elsewhere creates a version that the client does not know of.
func (p prompts) elsewhere(template string) *opik.Prompt {
	p.Helper()
	other, err := opik.New(opik.WithURL("http://localhost"), opik.WithHTTPClient(&http.Client{Transport: p.net}))
	if err != nil {
		p.Fatal(err)
	}
	defer close(p.T, other)
	prompt, err := other.CreatePrompt(p.Context(), "p", template, opik.CreatePromptParams{})
	if err != nil {
		p.Fatal(err)
	}
	p.net.requests()
	return prompt
}

// want reads the prompt and checks its template, with * behind it if it is stale, or
// a part of the error.
func (p prompts) want(want string) {
	p.Helper()
	p.wantOf(opik.GetPromptParams{}, want)
}

func (p prompts) wantOf(params opik.GetPromptParams, want string) {
	p.Helper()
	prompt, err := p.c.GetPrompt(p.Context(), "p", params)
	got := prompt.Template()
	if prompt.Stale() {
		got += "*"
	}
	if err != nil {
		got = err.Error()
	}
	if err == nil && got != want || err != nil && !strings.Contains(got, want) {
		p.Errorf("%s, want %s", got, want)
	}
}

func TestPromptsAreReadEachTime(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		p.create("one")
		p.want("one")
		p.elsewhere("two")
		p.want("two")
		if n := p.net.requests(); n != 1 {
			p.Errorf("%d requests", n)
		}
	})
}

func TestLastGoodPrompt(t *testing.T) {
	for name, away := range map[string]func(*inMemory){
		"unreachable": func(m *inMemory) { m.be(errors.New("connection refused"), 0, 0) },
		"failing":     func(m *inMemory) { m.be(nil, 503, 0) },
		"limiting":    func(m *inMemory) { m.be(nil, 429, 0) },
		"hanging":     func(m *inMemory) { m.be(nil, 0, time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			inPromptBubble(t, func(p prompts) {
				p.create("one")
				read := time.Now()
				p.want("one")
				time.Sleep(time.Hour)
				away(p.net)
				begin := time.Now()
				for range 10 {
					p.want("one*")
				}
				if waited := time.Since(begin); waited > 6*time.Second {
					p.Errorf("waited %v", waited)
				}
				prompt, err := p.c.GetPrompt(p.Context(), "p", opik.GetPromptParams{})
				if err != nil || !prompt.ReadAt().Equal(read) {
					p.Errorf("read at %v, %v", prompt.ReadAt(), err)
				}
				if n := strings.Count(p.log.String(), "the server is away"); n != 1 {
					p.Errorf("the logger was told %d times: %s", n, p.log)
				}
				p.net.be(nil, 0, 0)
				p.elsewhere("two")
				time.Sleep(5 * time.Second)
				p.want("two")
			})
		})
	}
}

// TestCreatedPromptsAreKnown asks for a prompt that was created here when the server
// is away.
func TestCreatedPromptsAreKnown(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		p.create("one")
		p.create("two")
		p.net.be(errors.New("connection refused"), 0, 0)
		p.want("two*")
	})
}

func TestPromptsThatAreGoneOrForbidden(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		prompt := p.create("one")
		p.want("one")
		p.net.be(nil, 403, 0)
		p.want("403")
		p.net.be(nil, 0, 0)
		if err := p.c.REST().DeletePrompt(p.Context(), prompt.ID()); err != nil {
			p.Fatal(err)
		}
		p.want("404")
		p.net.be(errors.New("connection refused"), 0, 0)
		p.want("connection refused")
	})
}

func TestPinnedPrompts(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		first := p.create("one")
		p.create("two")
		for range 3 {
			p.wantOf(opik.GetPromptParams{Commit: first.Commit()}, "one") // the client made it
			time.Sleep(time.Hour)
		}
		if n := p.net.requests(); n != 0 {
			p.Errorf("%d requests", n)
		}
		third := p.elsewhere("three")
		for range 3 {
			p.wantOf(opik.GetPromptParams{Commit: third.Commit()}, "three")
			time.Sleep(time.Hour)
		}
		if n := p.net.requests(); n != 1 {
			p.Errorf("%d requests", n)
		}
		p.wantOf(opik.GetPromptParams{Commit: "00000000"}, "404")
		if err := first.Delete(p.Context()); err != nil {
			p.Fatal(err)
		}
		p.wantOf(opik.GetPromptParams{Commit: first.Commit()}, "404")
	})
}

func TestPromptTTL(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		first := p.create("one")
		p.want("one")
		p.elsewhere("two")
		time.Sleep(59 * time.Second)
		p.want("one")
		if n := p.net.requests(); n != 0 {
			p.Errorf("%d requests", n)
		}
		time.Sleep(2 * time.Second)
		p.want("one")
		synctest.Wait()
		p.want("two")

		// What the client itself does is seen at once.
		p.create("three")
		p.want("three")
		if _, err := first.Restore(p.Context(), first.VersionID()); err != nil {
			p.Fatal(err)
		}
		p.want("one")
		if err := first.Update(p.Context(), opik.PromptChanges{Name: "q"}); err != nil {
			p.Fatal(err)
		}
		p.want("404")
		if err := p.c.UpdatePromptVersionTags(p.Context(), []string{first.VersionID()}, opik.UpdatePromptVersionTagsParams{Tags: []string{"x"}}); err != nil {
			p.Fatal(err)
		}
		q, err := p.c.GetPrompt(p.Context(), "q", opik.GetPromptParams{Commit: first.Commit()})
		if err != nil || len(q.Version().Tags) != 1 {
			p.Errorf("%v, %v", q, err)
		}
	}, opik.WithPromptTTL(time.Minute))
}

// TestCloseEndsRefreshes closes a client that is reading a prompt in the background.
func TestCloseEndsRefreshes(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		p.create("one")
		p.want("one")
		time.Sleep(90 * time.Second)
		p.net.be(nil, 0, time.Hour)
		p.want("one")
		synctest.Wait()
		begin := time.Now()
		if _, err := p.c.Close(p.Context()); err != nil {
			p.Error(err)
		}
		if waited := time.Since(begin); waited > time.Second {
			p.Errorf("waited %v", waited)
		}
		p.net.be(nil, 0, 0)
		time.Sleep(time.Hour)
		p.want("one")
	}, opik.WithPromptTTL(time.Minute))
}

func TestWithoutPromptCache(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		first := p.create("one")
		p.want("one")
		p.wantOf(opik.GetPromptParams{Commit: first.Commit()}, "one")
		p.net.be(errors.New("connection refused"), 0, 0)
		p.want("connection refused")
		p.wantOf(opik.GetPromptParams{Commit: first.Commit()}, "connection refused")
	}, opik.WithPromptCache(0))
	for _, opt := range []opik.Option{opik.WithPromptCache(-1), opik.WithPromptTTL(-1)} {
		if _, err := opik.New(opt); err == nil {
			t.Error("a negative number")
		}
	}
}

func TestPromptsAreReadByManyAtOnce(t *testing.T) {
	for _, ttl := range []time.Duration{0, time.Minute} {
		t.Run(fmt.Sprint(ttl), func(t *testing.T) {
			inPromptBubble(t, func(p prompts) {
				p.create("one")
				p.net.be(nil, 0, time.Second)
				var all sync.WaitGroup
				for range 20 {
					all.Go(func() {
						p.want("one")
						ended, cancel := context.WithCancel(p.Context())
						cancel()
						if _, err := p.c.GetPrompt(ended, "q", opik.GetPromptParams{}); err == nil {
							p.Error("a prompt for nobody")
						}
					})
				}
				all.Wait()
			}, opik.WithPromptTTL(ttl))
		})
	}
}
