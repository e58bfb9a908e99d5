// Package config finds out which server, account and project a client works
// with. A value comes from the first of these that has it:
//
//  1. an option of the constructor,
//  2. an environment variable, OPIK_ and the name of the key in upper case,
//  3. the section [opik] of the file ~/.opik.config, which the Python SDK shares,
//  4. the default.
//
// Every value remembers where it comes from, so that an error can say which
// variable or which line to change. Empty values count as absent everywhere.
package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/internal/loopback"
)

// Defaults of the values.
const (
	CloudURL         = "https://www.comet.com/opik/api"
	DefaultWorkspace = "default"
	DefaultProject   = "Default Project"
	DefaultFile      = "~/.opik.config"
)

// Value is a value and where it comes from.
type Value[T any] struct {
	V      T
	Source Source
}

// Config is a complete, checked configuration.
type Config struct {
	// URL is the server's API, for example https://www.comet.com/opik/api. It
	// has a scheme and a host, and neither a slash at its end, a user, a query
	// nor a fragment. (url_override)
	URL Value[*url.URL]
	// APIKey may be empty. (api_key)
	APIKey Value[Secret]
	// Workspace is never empty. (workspace)
	Workspace Value[string]
	// ProjectName is never empty. (project_name)
	ProjectName Value[string]
	// TrackDisable turns tracing off. (track_disable)
	TrackDisable Value[bool]
	// CheckTLS is false if any TLS certificate is accepted. (check_tls_certificate)
	CheckTLS Value[bool]
	// Compression is false if request bodies must not be compressed; its source
	// tells whether anybody asked for it. (enable_json_request_compression)
	Compression Value[bool]
	// FlushTimeout bounds a flush without a deadline of its own; zero is no
	// bound. (default_flush_timeout)
	FlushTimeout Value[time.Duration]
	// File is the configuration file that was read, empty if none was found.
	File Value[string]
	// Warnings name what is probably not meant, each as a sentence. None of
	// them holds a secret.
	Warnings []string
}

// Options are the values that the caller gives. Nil means not given.
type Options struct {
	URL, APIKey, Workspace, ProjectName, File *string
	TrackDisable, CheckTLS, Compression       *bool
	FlushTimeout                              *time.Duration
}

// System is what configuration is read from, apart from options. The zero
// value is the process's environment and file system.
type System struct {
	// Environ returns the environment, as os.Environ does.
	Environ func() []string
	// ReadFile reads a file, as os.ReadFile does.
	ReadFile func(name string) ([]byte, error)
	// HomeDir returns the home directory, as os.UserHomeDir does.
	HomeDir func() (string, error)
}

func (s System) withDefaults() System {
	if s.Environ == nil {
		s.Environ = os.Environ
	}
	if s.ReadFile == nil {
		s.ReadFile = readFile
	}
	if s.HomeDir == nil {
		s.HomeDir = os.UserHomeDir
	}
	return s
}

// Errors that the error of [Resolve] wraps.
var (
	// ErrNoAPIKey: Opik's cloud was chosen, which needs a key, and none was given.
	ErrNoAPIKey = errors.New("no API key")
	// ErrInvalid: a value cannot be used.
	ErrInvalid = errors.New("invalid value")
	// ErrFile: the configuration file cannot be read.
	ErrFile = errors.New("configuration file")
)

// Resolve returns the configuration for a client. The error names all
// problems, one per line, each with the option, variable or line that it comes
// from.
func Resolve(o Options, sys System) (*Config, error) {
	sys = sys.withDefaults()
	r := &resolver{env: environment(sys.Environ())}
	r.readFile(o.File, sys)
	c := &r.config

	key := r.text("api_key", "WithAPIKey", o.APIKey, "")
	c.APIKey = Value[Secret]{NewSecret(key.V), key.Source}
	r.checkHeader("API key", key)
	c.Workspace = r.text("workspace", "WithWorkspace", o.Workspace, DefaultWorkspace)
	r.checkHeader("workspace", c.Workspace)
	c.ProjectName = r.text("project_name", "WithProject", o.ProjectName, DefaultProject)
	c.TrackDisable = parsed(r, "track_disable", "WithTracking", o.TrackDisable, false, parseBool)
	c.CheckTLS = parsed(r, "check_tls_certificate", "WithCheckTLS", o.CheckTLS, true, parseBool)
	c.Compression = parsed(r, "enable_json_request_compression", "WithCompression", o.Compression, true, parseBool)
	c.FlushTimeout = parsed(r, "default_flush_timeout", "WithFlushTimeout", o.FlushTimeout, 0, parseSeconds)
	r.resolveURL(o.URL, key)

	if r.problems == nil {
		r.checkTogether()
	}
	if r.problems != nil {
		return nil, fmt.Errorf("opik configuration: %w", errors.Join(r.problems...))
	}
	return c, nil
}

// resolver collects values and problems.
type resolver struct {
	config   Config
	env      map[string]variable
	file     map[string]entry
	problems []error
}

func (r *resolver) problem(kind error, format string, args ...any) {
	r.problems = append(r.problems, problem{kind, fmt.Sprintf(format, args...)})
}

func (r *resolver) warn(format string, args ...any) {
	r.config.Warnings = append(r.config.Warnings, fmt.Sprintf(format, args...))
}

// problem is one line of Resolve's error.
type problem struct {
	kind error
	text string
}

func (p problem) Error() string { return p.text }
func (p problem) Unwrap() error { return p.kind }

// text returns a value that any text is good for.
func (r *resolver) text(key, option string, given *string, standard string) Value[string] {
	if given != nil && strings.TrimSpace(*given) != "" {
		return Value[string]{strings.TrimSpace(*given), Source{Kind: FromOption, Name: option}}
	}
	return r.lookup(key, standard)
}

// lookup returns a value of the environment or the file.
func (r *resolver) lookup(key, standard string) Value[string] {
	if v, ok := r.env["OPIK_"+strings.ToUpper(key)]; ok {
		return Value[string]{v.value, Source{Kind: FromEnvironment, Name: v.name}}
	}
	if e, ok := r.file[key]; ok && e.value != "" {
		return Value[string]{e.value, Source{Kind: FromFile, Name: r.config.File.V, Line: e.line}}
	}
	return Value[string]{standard, Source{Kind: FromDefault}}
}

// parsed returns a value that has to be parsed.
func parsed[T any](r *resolver, key, option string, given *T, standard T, parse func(string) (T, error)) Value[T] {
	if given != nil {
		return Value[T]{*given, Source{Kind: FromOption, Name: option}}
	}
	raw := r.lookup(key, "")
	if raw.V == "" {
		return Value[T]{standard, Source{Kind: FromDefault}}
	}
	v, err := parse(raw.V)
	if err != nil {
		r.problem(ErrInvalid, "%s from %s: %v", key, raw.Source, err)
	}
	return Value[T]{v, raw.Source}
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "1", "true", "t", "yes", "y", "on":
		return true, nil
	case "0", "false", "f", "no", "n", "off":
		return false, nil
	}
	return false, fmt.Errorf("%q is not a boolean; use true or false", s)
}

// maxFlushTimeout keeps the product with time.Second in range.
const maxFlushTimeout = 365 * 24 * time.Hour

// parseSeconds reads a number of seconds, as the Python SDK writes it, or a Go
// duration.
func parseSeconds(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		if d, err = time.ParseDuration(s + "s"); err != nil {
			return 0, fmt.Errorf("%q is not a number of seconds", s)
		}
	}
	if d < 0 || d > maxFlushTimeout {
		return 0, fmt.Errorf("%q is out of range", s)
	}
	return d, nil
}

// checkHeader makes sure that a value can be sent in an HTTP header. The value
// is not repeated, since it may be secret.
func (r *resolver) checkHeader(what string, v Value[string]) {
	for _, c := range v.V {
		if c < ' ' || c == 0x7f {
			r.problem(ErrInvalid, "the %s from %s contains a control character", what, v.Source)
			return
		}
	}
}

// checkTogether finds values that are fine alone and wrong together.
func (r *resolver) checkTogether() {
	c := &r.config
	key := c.APIKey.V.Reveal()
	if fields := strings.Fields(key); len(fields) > 1 && strings.EqualFold(fields[0], "bearer") {
		r.warn("the API key from %s begins with %q; Opik expects the bare key", c.APIKey.Source, fields[0])
	}
	if c.TrackDisable.V {
		return
	}
	switch {
	case IsCloud(c.URL.V) && key == "":
		r.problem(ErrNoAPIKey, "%s (from %s) needs an API key, and none is set: set OPIK_API_KEY, put api_key into %s, or use the option WithAPIKey; for a server of your own set OPIK_URL_OVERRIDE",
			c.URL.V.Hostname(), c.URL.Source, DefaultFile)
	case loopback.Host(c.URL.V.Hostname()) && key == "" && c.Workspace.V != DefaultWorkspace:
		r.warn("the workspace %q (from %s) does not exist on a local server without accounts (%s, from %s), which knows %q only",
			c.Workspace.V, c.Workspace.Source, c.URL.V, c.URL.Source, DefaultWorkspace)
	}
}

// Describe returns one line per value, with its source. The API key is masked.
func (c *Config) Describe() string {
	var b strings.Builder
	line := func(name string, value any, s Source) { fmt.Fprintf(&b, "%-32s %v (%v)\n", name, value, s) }
	line("url_override", c.URL.V, c.URL.Source)
	line("api_key", c.APIKey.V, c.APIKey.Source)
	line("workspace", c.Workspace.V, c.Workspace.Source)
	line("project_name", c.ProjectName.V, c.ProjectName.Source)
	line("track_disable", c.TrackDisable.V, c.TrackDisable.Source)
	line("check_tls_certificate", c.CheckTLS.V, c.CheckTLS.Source)
	line("enable_json_request_compression", c.Compression.V, c.Compression.Source)
	line("default_flush_timeout", c.FlushTimeout.V, c.FlushTimeout.Source)
	for _, w := range c.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}
