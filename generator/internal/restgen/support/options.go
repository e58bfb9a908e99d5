package rest

import "net/http"

// Limits on what is read of a response, in bytes after decompression.
const (
	// DefaultMaxResponse is the largest JSON response that is accepted.
	DefaultMaxResponse = 256 << 20
	// DefaultMaxItem is the largest item of a stream that is accepted.
	DefaultMaxItem = 128 << 20
	// maxErrorBody is how much of an error response is kept.
	maxErrorBody = 256 << 10
	// maxDrain is how much of an unwanted body is read so that the connection
	// can be used again; what is larger costs more than a new connection.
	maxDrain = 64 << 10
)

// CallOption changes one call, or every call if it is given to [NewClient].
type CallOption func(*callOptions)

type callOptions struct {
	header      http.Header
	query       []queryValue
	maxResponse int64
	maxItem     int64
	response    *Response
	repeat      *bool
}

// WithHeader sets a header of the request, replacing what the operation sets. An
// empty value removes the header.
func WithHeader(name, value string) CallOption {
	return func(o *callOptions) {
		if o.header == nil {
			o.header = http.Header{}
		}
		o.header.Set(name, value)
	}
}

// WithQuery adds a query parameter, beside those that the operation sets.
func WithQuery(name, value string) CallOption {
	return func(o *callOptions) { o.query = append(o.query, queryValue{name, value}) }
}

// WithRepeat says whether the request may be sent again if it is not known whether
// the server has served it, overriding what the operation says: by default it may
// unless it creates something.
func WithRepeat(allowed bool) CallOption {
	return func(o *callOptions) { o.repeat = &allowed }
}

// WithMaxResponse limits a JSON response to n bytes, overriding the default of
// [DefaultMaxResponse]. A larger response is [ErrResponseTooLarge]. Zero or less
// restores the default.
func WithMaxResponse(n int64) CallOption {
	return func(o *callOptions) { o.maxResponse = n }
}

// WithMaxItem limits each item of a stream and each event to n bytes, overriding
// the default of [DefaultMaxItem]. A larger item is [ErrResponseTooLarge]. Zero
// or less restores the default.
func WithMaxItem(n int64) CallOption {
	return func(o *callOptions) { o.maxItem = n }
}

// Response holds what a response says besides its body.
type Response struct {
	// Status is the HTTP status code.
	Status int
	// Header holds the headers.
	Header http.Header
}

// WithResponse stores status and headers of the response in r, of refused
// requests too. If no response arrives, r is left as it is. Do not share r
// between calls that run at the same time.
func WithResponse(r *Response) CallOption {
	return func(o *callOptions) { o.response = r }
}

func newCallOptions(defaults, opts []CallOption) callOptions {
	var o callOptions
	for _, list := range [][]CallOption{defaults, opts} {
		for _, apply := range list {
			if apply != nil {
				apply(&o)
			}
		}
	}
	if o.maxResponse <= 0 {
		o.maxResponse = DefaultMaxResponse
	}
	if o.maxItem <= 0 {
		o.maxItem = DefaultMaxItem
	}
	return o
}
