package transport

import "net/http"

// Once is Do without repetition, for callers that have their own opinion about that.
func (t *Transport) Once(r *http.Request) (*http.Response, error) {
	first := r.Clone(r.Context())
	t.prepare(first)
	if err := t.compressBody(first); err != nil {
		closeBody(r)
		return nil, err
	}
	return t.once(first)
}

// OnceBare is DoBare without repetition.
func (t *Transport) OnceBare(r *http.Request) (*http.Response, error) {
	first := r.Clone(r.Context())
	if first.Header == nil {
		first.Header = make(http.Header)
	}
	return t.once(first)
}

func (t *Transport) once(first *http.Request) (*http.Response, error) {
	try, err := nextTry(first, 1)
	if err != nil {
		return nil, err
	}
	resp, err := t.attempt(try)
	if err == nil {
		operation := orDefault(t.callInfo(first.Context()).Operation, first.Method+" "+first.URL.Path)
		t.deprecation.notice(operation, resp.Header)
	}
	return resp, err
}
