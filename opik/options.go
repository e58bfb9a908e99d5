package opik

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/internal/config"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/transport"
	"github.com/opik-go/sdk/opik/internal/uploader"
)

// Option configures a client; see [New]. An option that is given an empty text
// counts as not given.
type Option func(*settings) error

// settings is what the options say.
type settings struct {
	config    config.Options
	transport transport.Options
	pipeline  pipeline.Options
	uploads   uploader.Options
	logger    *slog.Logger

	earlyDelay  *time.Duration
	promptCache *int
	configTTL   *time.Duration
	promptTTL   time.Duration
	renderers   map[PromptType]PromptRenderer

	overflow OverflowPolicy // 0 without WithOverflow
	spool    *spoolSettings // nil without WithSpool
}

// WithURL sets the URL of the API, for example "http://localhost:5173/api",
// overriding OPIK_URL_OVERRIDE, url_override in the configuration file, the server
// that the API key names, and the default of Opik's cloud.
func WithURL(url string) Option {
	return func(s *settings) error { s.config.URL = &url; return nil }
}

// WithAPIKey sets the API key, overriding OPIK_API_KEY, api_key in the configuration
// file, and the default of none. Opik's cloud needs one.
func WithAPIKey(key string) Option {
	return func(s *settings) error { s.config.APIKey = &key; return nil }
}

// WithWorkspace sets the workspace, overriding OPIK_WORKSPACE, workspace in the
// configuration file, and the default of "default".
func WithWorkspace(name string) Option {
	return func(s *settings) error { s.config.Workspace = &name; return nil }
}

// WithProject sets the project that traces are put in and that methods use unless
// they are told another, overriding OPIK_PROJECT_NAME, project_name in the
// configuration file, and the default of "Default Project". The server creates a
// project when something is first put in it.
func WithProject(name string) Option {
	return func(s *settings) error { s.config.ProjectName = &name; return nil }
}

// WithConfigFile sets the configuration file, overriding OPIK_CONFIG_PATH and the
// default of ~/.opik.config. A file that is named here must exist.
func WithConfigFile(path string) Option {
	return func(s *settings) error { s.config.File = &path; return nil }
}

// WithTracking turns tracing on or off, overriding OPIK_TRACK_DISABLE, track_disable
// in the configuration file, and the default of on. A client that does not trace
// starts no traces and spans; everything else works.
func WithTracking(enabled bool) Option {
	disabled := !enabled
	return func(s *settings) error { s.config.TrackDisable = &disabled; return nil }
}

// WithCheckTLS says whether the server's TLS certificate is checked, overriding
// OPIK_CHECK_TLS_CERTIFICATE, check_tls_certificate in the configuration file, and
// the default of yes. It has no effect beside [WithHTTPClient].
func WithCheckTLS(check bool) Option {
	return func(s *settings) error { s.config.CheckTLS = &check; return nil }
}

// WithCompression says whether JSON is sent compressed, overriding
// OPIK_ENABLE_JSON_REQUEST_COMPRESSION, enable_json_request_compression in the
// configuration file, and the default: bodies of a kilobyte and more are, unless
// the server is on this machine, by its address, its name, or localhost.
func WithCompression(compress bool) Option {
	return func(s *settings) error { s.config.Compression = &compress; return nil }
}

// WithFlushTimeout bounds [Client.Flush] and [Client.Close] if their context has no
// deadline, overriding OPIK_DEFAULT_FLUSH_TIMEOUT, default_flush_timeout in the
// configuration file, and the default of no bound. A negative duration is an error.
func WithFlushTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return fmt.Errorf("WithFlushTimeout: %v is negative", d)
		}
		s.config.FlushTimeout = &d
		return nil
	}
}

// WithHTTPClient sets the client that requests are made with, overriding the default
// of one that is made for the purpose. It is copied, and its connections are not
// closed with the client. Nil is an error.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil {
			return fmt.Errorf("WithHTTPClient: the client is nil")
		}
		s.transport.HTTPClient = client
		return nil
	}
}

// WithHeader adds a header to every request, for a proxy in front of the server,
// say. It goes to the server only, not to another host that the server redirects
// to. Giving it several times adds several headers. A name or value that HTTP does
// not allow, and a header that the client sets itself, is an error.
func WithHeader(name, value string) Option {
	return func(s *settings) error {
		if err := checkHeader(name, value); err != nil {
			return fmt.Errorf("WithHeader: %w", err)
		}
		if s.transport.Header == nil {
			s.transport.Header = make(http.Header)
		}
		s.transport.Header.Add(name, value)
		return nil
	}
}

// WithIdleTimeout bounds the time in which a request makes no progress, overriding
// the default of 100 s. A request may last longer as long as it moves; to bound it
// as a whole give it a context with a deadline. A duration that is not positive is
// an error.
func WithIdleTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d <= 0 {
			return fmt.Errorf("WithIdleTimeout: %v is not positive", d)
		}
		s.transport.IdleTimeout = d
		return nil
	}
}

// WithLogger sets where the client reports what nobody is there to be told by an
// error: losses, outages, values that were ignored, deprecations, doubtful settings.
// It overrides the default of [slog.Default]. Each kind of event is logged at most
// every half minute, and never with an API key or URL query. Of a record nothing is
// logged but what the server says about it when it refuses it. The handler may use
// traces and spans; it must not call [Client.Flush] or [Client.Close].
// Nil is an error; to be left alone use slog.New(slog.DiscardHandler).
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		if logger == nil {
			return fmt.Errorf("WithLogger: the logger is nil")
		}
		s.logger = logger
		return nil
	}
}

// WithQueueBytes bounds the memory of everything that is queued, overriding the
// default of 64 MiB; of attachments, which may take an eighth of it and at most
// 8 MiB, what does not fit goes to files. When there is no room the oldest records are
// dropped and counted, unless [WithOverflow] or [WithSpool] say otherwise. Less than a
// kilobyte is an error.
func WithQueueBytes(n int64) Option {
	return func(s *settings) error {
		if n < 1<<10 {
			return fmt.Errorf("WithQueueBytes: %d is less than a kilobyte", n)
		}
		s.pipeline.MaxBytes = n
		return nil
	}
}

// WithBatch says when queued records are sent: as soon as one has waited for delay,
// or there are so many items of a kind, overriding the defaults of 1 s and 1000. A
// megabyte is sent at once, whatever the number. Values that are not positive are an
// error.
func WithBatch(delay time.Duration, items int) Option {
	return func(s *settings) error {
		if delay <= 0 || items <= 0 {
			return fmt.Errorf("WithBatch: %v and %d have to be positive", delay, items)
		}
		s.pipeline.BatchDelay, s.pipeline.BatchItems = delay, items
		return nil
	}
}
