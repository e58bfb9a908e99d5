package wire

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/objectstore"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
)

// Call is a request whose workspace, user and body are known.
type Call struct {
	Route  *Route
	Params map[string]string
	Query  url.Values
	// Body is the decoded body of a JSONBody route.
	Body doc.Object
	// Raw is the body as it came, decompressed.
	Raw         []byte
	ContentType string
	Store       *store.Store
	// Storage keeps the attachments; nil if the server keeps them itself.
	Storage *objectstore.Store
	// StorageBase is the URL of the storage; empty if it is reached as the server is.
	StorageBase string
	User        string
	Workspace   string
}

// StorageURL returns the URL of the storage for a client that reaches the server
// below base.
func (c *Call) StorageURL(base string) string {
	if c.StorageBase != "" {
		return c.StorageBase
	}
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	return u.Scheme + "://" + u.Host
}

func unescape(segment string) string {
	s, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return s
}

// DecodeBody fills Body as the route asks for it.
func (c *Call) DecodeBody() error {
	if c.Route.Body == NoBody {
		return nil
	}
	media, _, err := mime.ParseMediaType(c.ContentType)
	want := "application/json"
	if c.Route.Body == Multipart {
		want = "multipart/form-data"
	}
	if len(c.Raw) > 0 && (err != nil || media != want) {
		return apierr.Unroutable(http.StatusUnsupportedMediaType, "the body has the content type %q, not %s", c.ContentType, want)
	}
	if c.Route.Body == Multipart {
		return nil
	}
	if len(c.Raw) == 0 {
		return apierr.Invalid("The request body must not be null")
	}
	v, err := doc.Decode(c.Raw)
	if err != nil {
		return apierr.Malformed("%s", err)
	}
	if v == nil {
		return apierr.Invalid("The request body must not be null")
	}
	body, ok := v.(doc.Object)
	if !ok {
		return apierr.Malformed("Cannot deserialize value of the body: an object is expected")
	}
	c.Body = body
	return nil
}

// Check validates the body against a shape.
func (c *Call) Check(s validate.Shape) error { return s.Check(c.Body) }

// ID returns a path parameter that is a UUID. Anything else is an unknown path,
// as on the server.
func (c *Call) ID(name string) (string, error) {
	id, ok := uuid7.Parse(c.Params[name])
	if !ok {
		return "", apierr.Unroutable(http.StatusNotFound, "path parameter %s: %q is no UUID", name, c.Params[name])
	}
	return id, nil
}

// QueryID returns a query parameter that is a UUID, "" if it is absent.
func (c *Call) QueryID(name string) (string, error) {
	s := c.Query.Get(name)
	if s == "" {
		return "", nil
	}
	id, ok := uuid7.Parse(s)
	if !ok {
		return "", apierr.Unroutable(http.StatusNotFound, "query parameter %s: %q is no UUID", name, s)
	}
	return id, nil
}

// QueryBool returns a query parameter that is a boolean.
func (c *Call) QueryBool(name string) bool { return strings.EqualFold(c.Query.Get(name), "true") }

// QueryInt returns a query parameter that is an integer of at least 1.
func (c *Call) QueryInt(name string, absent int) (int, error) {
	s := c.Query.Get(name)
	if s == "" {
		return absent, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0, apierr.Unroutable(http.StatusNotFound, "query parameter %s: %q is no integer of 32 bits", name, s)
	}
	if n < 1 {
		return 0, apierr.List(http.StatusBadRequest, "query param "+name+" must be greater than or equal to 1")
	}
	return int(n), nil
}

// QueryTime returns a query parameter that is an instant; the zero time if it is absent.
func (c *Call) QueryTime(name string) (time.Time, error) {
	s := c.Query.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := doc.ParseQueryTime(s)
	if err != nil {
		return t, apierr.Message(http.StatusBadRequest, "Invalid value '%s' for query parameter '%s'", s, name)
	}
	return t, nil
}

// QueryList returns a query parameter that holds a JSON array of texts.
func (c *Call) QueryList(name string) ([]string, error) {
	s := c.Query.Get(name)
	if s == "" {
		return nil, nil
	}
	v, err := doc.Decode([]byte(s))
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, apierr.Message(http.StatusBadRequest, "Invalid query parameter '%s': '%s'", name, s)
	}
	out := make([]string, len(list))
	for i, e := range list {
		if out[i], ok = e.(string); !ok {
			return nil, apierr.Message(http.StatusBadRequest, "Invalid query parameter '%s': '%s'", name, s)
		}
	}
	return out, nil
}
