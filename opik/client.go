package opik

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/config"
	"github.com/opik-go/sdk/opik/internal/eventlog"
	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/transport"
	"github.com/opik-go/sdk/opik/internal/uploader"
)

// version is the version of the SDK as the server sees it.
const version = "0.1.0"

// Client is a connection to an Opik server. It is safe for concurrent use, and one
// client is enough for a program.
//
// Traces, spans and feedback scores are queued and sent in the background; the
// methods for them do not wait for the network, and [Client.Flush] and
// [Client.Close] tell what became of them. All other methods make requests and
// return their errors; what may be repeated is repeated if it fails for now.
//
// A nil client is valid: it traces nothing, Flush and Close have nothing to do, and
// methods that need the server return [ErrNilClient]. Its services must not be used.
type Client struct {
	Services

	rest         *rest.Client
	transport    *transport.Transport
	pipeline     *pipeline.Pipeline
	uploads      *uploader.Uploader
	logger       *slog.Logger
	project      string
	workspace    string
	flushTimeout time.Duration
	enabled      bool
	unsent       unsentList
	prompts      *promptCache
	configs      *configCache
	renderers    map[PromptType]PromptRenderer
	invalid      atomic.Int64
	events       *eventlog.Log
}

// New returns a client. Each setting is taken from the first of these that has it:
// the option, the environment variable, the configuration file that all Opik SDKs
// share (~/.opik.config), the default. With no option and none of the others, the
// server is Opik's cloud, which needs an API key.
//
// New makes no request and starts no goroutine, except with [WithSpool]: then it looks
// in the background for what earlier processes have left. Its error is a [*ConfigError] and
// names every value that cannot be used and where it comes from. A program that can
// do without Opik may log the error and go on with the nil client.
func New(opts ...Option) (*Client, error) {
	var s settings
	var problems []error
	for _, opt := range opts {
		if opt != nil {
			problems = append(problems, opt(&s))
		}
	}
	if s.overflow == OverflowSpool && s.spool == nil {
		problems = append(problems, errors.New("WithOverflow: OverflowSpool needs WithSpool"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, newConfigError(fmt.Errorf("options: %w", err))
	}
	cfg, err := config.Resolve(s.config, config.System{})
	if err != nil {
		return nil, newConfigError(err)
	}
	if s.logger == nil {
		s.logger = slog.Default()
	}
	for _, warning := range cfg.Warnings {
		s.logger.Warn("opik: " + warning)
	}
	return newClient(cfg, s)
}

func newClient(cfg *config.Config, s settings) (*Client, error) {
	c := &Client{
		logger:       s.logger,
		events:       eventlog.New(s.logger),
		project:      cfg.ProjectName.V,
		workspace:    cfg.Workspace.V,
		flushTimeout: cfg.FlushTimeout.V,
		enabled:      !cfg.TrackDisable.V,
	}
	t := s.transport
	t.BaseURL = cfg.URL.V
	t.APIKey = cfg.APIKey.V.Reveal()
	t.Workspace = cfg.Workspace.V
	t.UserAgent = "opik-go/" + version
	t.InsecureSkipVerify = !cfg.CheckTLS.V
	t.Compression = compression(cfg.Compression)
	t.Logger = s.logger
	t.OnDeprecation = c.reportDeprecation
	t.CallInfo = func(ctx context.Context) transport.CallInfo {
		info, _ := rest.CallInfoFrom(ctx)
		return transport.CallInfo{Operation: info.Operation, Repeatable: info.Retryable, KeepRedirect: info.KeepRedirect}
	}
	var err error
	if c.transport, err = transport.New(t); err != nil {
		return nil, newConfigError(err)
	}
	if c.rest, err = rest.NewClient(cfg.URL.V.String(), c.transport); err != nil {
		return nil, newConfigError(err)
	}
	s.useSpool(cfg)
	p := s.pipeline
	p.Sender = c.transport
	p.Offload = c.offload
	p.Logger = s.logger
	if c.pipeline, err = pipeline.New(p); err != nil {
		return nil, newConfigError(err)
	}
	if p.Spool != nil {
		s.uploads.Room = c.pipeline.SpoolRoom
	}
	if err := c.newUploads(s.uploads, cmp.Or(p.MaxBytes, pipeline.DefaultMaxBytes)); err != nil {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, _ = c.pipeline.Close(ctx) // nothing was recorded
		return nil, newConfigError(err)
	}
	c.unsent.delay = valueOf(orDefault(s.earlyDelay, earlyDelay))
	c.prompts = newPromptCache(valueOf(orDefault(s.promptCache, defaultCachedPrompts)), s.promptTTL)
	c.configs = newConfigCache(valueOf(orDefault(s.configTTL, defaultConfigTTL)))
	c.renderers = s.renderers
	c.Services = newServices(c)
	return c, nil
}

// compression leaves the decision to the transport unless somebody has made it.
func compression(v config.Value[bool]) transport.Compression {
	switch {
	case !v.V:
		return transport.CompressOff
	case v.Source.Kind == config.FromDefault:
		return transport.CompressAuto
	}
	return transport.CompressOn
}

// REST returns the client of the REST layer, which has one method for each operation
// of the server. Its requests have the same authentication, retries and compression
// as those of c. It is nil for a nil client; the methods of a nil REST client
// return [ErrNilClient].
func (c *Client) REST() *rest.Client {
	if c == nil {
		return nil
	}
	return c.rest
}

// ProjectName returns the name of the default project, or "" for a nil client.
func (c *Client) ProjectName() string {
	if c == nil {
		return ""
	}
	return c.project
}

// Flush sends everything that was recorded before the call, running traces and
// spans as they are now, and returns when the server has taken or refused it, or ctx
// ends. Requests that fail for now are repeated until then. What is recorded
// meanwhile does not prolong the call. With [WithSpool] what is on disk is not waited
// for, nor is what is moved there because it cannot be delivered for now; the receipt
// counts it as spooled, which is no error.
//
// The receipt is filled in any case. The error is nil if nothing was lost since the
// previous receipt and nothing is left behind; otherwise it wraps
// [ErrNotDelivered], and the error of the context if that ended. Records that are
// still queued then are sent later.
func (c *Client) Flush(ctx context.Context) (Receipt, error) {
	if c == nil {
		return Receipt{}, nil
	}
	ctx, cancel := c.withFlushTimeout(ctx)
	defer cancel()
	c.unsent.queueAll()
	c.uploads.Hurry()
	p, err := c.pipeline.Flush(ctx)
	a, attachErr := c.uploads.Flush(ctx)
	return finish("flush", p.Plus(a), cmp.Or(err, attachErr))
}

func (c *Client) withFlushTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx = orBackground(ctx)
	if _, limited := ctx.Deadline(); limited || c.flushTimeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.flushTimeout)
}

// finish turns what the pipeline says into what the caller is told.
func finish(operation string, p pipeline.Receipt, err error) (Receipt, error) {
	receipt := newReceipt(p)
	var incomplete *pipeline.IncompleteError
	if errors.As(err, &incomplete) {
		err = incomplete.Cause
	}
	return receipt, receipt.err(operation, err)
}

// Stats returns what the client has done in the background so far. It does not wait
// for the network.
func (c *Client) Stats() Stats {
	if c == nil {
		return Stats{}
	}
	s := newStats(c.pipeline.Stats().Plus(c.uploads.Stats()))
	s.Invalid = c.invalid.Load()
	return s
}

// tracing reports whether traces and spans are recorded.
func (c *Client) tracing() bool { return c != nil && c.enabled }

// projectName returns the name of the project to use when the caller named it by
// name, by id or, with both empty, not at all.
func (c *Client) projectName(name, id string) string {
	if name != "" || id != "" || c == nil {
		return name
	}
	return c.project
}

// enqueue queues a record. Its error was accounted for and reported.
func (c *Client) enqueue(m message.Message) error { return c.pipeline.Enqueue(m) }
