package opiktest

import (
	"net/http"
	"time"
)

// What a backend remembers of the requests.
const (
	defaultLogSize = 10000    // requests
	maxLogBytes    = 64 << 20 // of bodies
)

// Option changes a setting of [New], [NewServer] or [Start].
type Option func(*settings)

type settings struct {
	now             func() time.Time
	backgroundDelay time.Duration
	accounts        []Account
	bareLocation    bool
	limits          *RateLimits
	hooks           []func(*http.Request, []byte) error
	logSize         int
	lenient         bool
	objectStorage   bool
	without         []string
}

// Account is an API key that a strict backend accepts.
type Account struct {
	// APIKey is the text of the Authorization header.
	APIKey string
	// User is the name that created_by and authors of scores show. The default is "admin".
	User string
	// Workspaces are those that the key may use. The first is what
	// GET /auth/workspace tells a client that names none.
	Workspaces []string
}

// WithAccount makes the backend strict, as a server with authentication is: a
// request needs the key of an account in Authorization (else status 401) and
// one of the account's workspaces in Comet-Workspace (else 403). It can be given
// more than once. Without it every key is accepted, and the only workspace is
// "default" (else 404).
func WithAccount(a Account) Option {
	return func(s *settings) {
		if a.User == "" {
			a.User = defaultUser
		}
		s.accounts = append(s.accounts, a)
	}
}

// WithBareLocation makes Location headers what they are behind the proxy of a
// self-hosted installation: without the port and without /api, so that nobody
// can follow them. By default they are complete.
func WithBareLocation() Option { return func(s *settings) { s.bareLocation = true } }

// WithoutOperations makes the backend one of an older version, which does not know
// the operations and answers them with status 404, or 405 if it knows the path. As
// tests of what to do about older servers send such requests on purpose, they are
// no violations. [New] panics if the contract has no such operation.
func WithoutOperations(operations ...string) Option {
	return func(s *settings) { s.without = append(s.without, operations...) }
}

// WithClock replaces the backend's clock, overriding the default of [time.Now].
// The function is called from many goroutines.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// WithBackgroundDelay delays what a real server does in the background, after it
// has answered: threads that appear because a trace names them, and spans,
// scores and comments that vanish with their trace. The default is 0: they are
// done when the answer arrives. With a delay, clients must poll.
func WithBackgroundDelay(d time.Duration) Option {
	return func(s *settings) { s.backgroundDelay = d }
}

// WithRateLimits turns on rate limits, which are off by default.
func WithRateLimits(l RateLimits) Option { return func(s *settings) { s.limits = &l } }

// WithRequestHook calls a function for each request before it is served, with
// the body as it was sent but decompressed. An error is recorded as a violation
// and does not change the answer. The function is called from many goroutines;
// it must not read the request's Body.
func WithRequestHook(hook func(r *http.Request, body []byte) error) Option {
	return func(s *settings) { s.hooks = append(s.hooks, hook) }
}

// WithRequestLog sets how many requests are remembered for [Backend.Requests],
// overriding the default of 10,000; 0 remembers none. The oldest are forgotten
// first, also when the bodies together exceed 64 MiB.
func WithRequestLog(n int) Option { return func(s *settings) { s.logSize = max(n, 0) } }

// WithObjectStorage makes the backend keep attachments as a server does that has a
// storage for them: it takes them in parts, at addresses that are signed and expire
// after an hour. A [Server] has the storage on another port, see
// [Server.StorageURL]; a [Backend] below the path /storage/. Whoever sends
// credentials there is refused, and violates the contract. Without it, the backend
// takes attachments itself.
func WithObjectStorage() Option { return func(s *settings) { s.objectStorage = true } }

// AllowViolations keeps [NewServer] from failing the test for violations, for
// tests that send wrong requests on purpose. They can still be read with
// [Backend.Violations]. A contract checker in the environment is not asked.
func AllowViolations() Option { return func(s *settings) { s.lenient = true } }
