package opiktest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestContractChecker(t *testing.T) {
	var asked []object
	answer := func(w http.ResponseWriter) { w.WriteHeader(204) }
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q object
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		asked = append(asked, q)
		answer(w)
	}))
	defer srv.Close()
	ask := func(url string, opts ...opiktest.Option) string {
		t.Setenv("OPIKTEST_CHECK_URL", url)
		r := &recorder{}
		c := &client{t: t, srv: opiktest.NewServer(r, opts...), key: "secret", odd: true}
		c.do("GET", "/traces/"+id1+"?strip_attachments=true", nil).must(404)
		c.do("POST", "/traces/search", object{"project_name": "lost"}).must(404)
		return r.finish()
	}

	if got := ask(srv.URL); got != "" {
		t.Errorf("good requests: %s", got)
	}
	if len(asked) != 2 {
		t.Fatalf("asked %v", asked)
	}
	checkFields(t, asked[0], object{"method": "GET", "path": "/v1/private/traces/" + id1, "query": "strip_attachments=true", "content_type": "", "body": ""})
	checkFields(t, asked[1], object{"method": "POST", "path": "/v1/private/traces/search", "content_type": "application/json", "body": "eyJwcm9qZWN0X25hbWUiOiJsb3N0In0="})

	answer = func(w http.ResponseWriter) {
		w.WriteHeader(422)
		io.WriteString(w, `{"errors":["body /a: wrong","body /b: wrong"]}`)
	}
	if got := ask(srv.URL); strings.Count(got, "body /a: wrong; body /b: wrong") != 2 || !strings.Contains(got, "(searchTraces)") {
		t.Errorf("bad requests: %s", got)
	}
	n := len(asked)
	if got := ask(srv.URL, opiktest.AllowViolations()); got != "" || len(asked) != n {
		t.Errorf("with violations allowed: %s, asked %d times", got, len(asked)-n)
	}
	answer = func(w http.ResponseWriter) { http.Error(w, "tired", 500) }
	if got := ask(srv.URL); !strings.Contains(got, "asking the contract checker: status 500: tired") {
		t.Errorf("broken checker: %s", got)
	}
	for _, elsewhere := range []string{"http://example.com/", "https://127.0.0.1/", "http://10.0.0.1:80", "%"} {
		if got := ask(elsewhere); !strings.Contains(got, "OPIKTEST_CHECK_URL must be an http URL of this machine") {
			t.Errorf("%s: %s", elsewhere, got)
		}
	}
	// Programs do not get port 1 by chance, as they may get one that was just closed.
	if got := ask("http://127.0.0.1:1"); !strings.Contains(got, "asking the contract checker: ") {
		t.Errorf("no checker: %s", got)
	}
}
