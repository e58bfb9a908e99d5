package contractcheck

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask sends a question to a server and returns the answer.
func ask(t *testing.T, s *Server, message any) (status int, problems []string) {
	t.Helper()
	body, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(string(body))))
	var answer struct{ Errors []string }
	if w.Code == http.StatusUnprocessableEntity {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
	}
	return w.Code, answer.Errors
}

func TestServer(t *testing.T) {
	s := NewServer(newChecker(t))
	good := question{Method: "POST", Path: "/items", ContentType: "application/json", Body: []byte(`{"name":"n"}`)}
	bad := good
	bad.Body = []byte(`{"name":"n","x":1}`)
	for _, q := range []question{good, bad, bad} {
		want := http.StatusNoContent
		if len(q.Body) > len(good.Body) {
			want = http.StatusUnprocessableEntity
		}
		if status, problems := ask(t, s, q); status != want || want != http.StatusNoContent && len(problems) != 1 {
			t.Errorf("status %d, problems %q", status, problems)
		}
	}
	if status, _ := ask(t, s, question{Method: "GET", Path: "/lost"}); status != http.StatusUnprocessableEntity {
		t.Errorf("unknown path: status %d", status)
	}
	answer := question{Method: "POST", Path: "/items", Status: 201}
	if status, _ := ask(t, s, answer); status != http.StatusNoContent {
		t.Errorf("answer: status %d", status)
	}
	for _, nonsense := range []any{"text", question{Method: "GET"}, question{Path: "/items"}} {
		if status, _ := ask(t, s, nonsense); status != http.StatusBadRequest {
			t.Errorf("%v: status %d", nonsense, status)
		}
	}

	if got, want := s.Report().Operations(), "     1  (unknown path)\n     3  createItem\n"; got != want {
		t.Errorf("operations:\n%s\nwant:\n%s", got, want)
	}
	want := "compared with the contract: 4 requests to 1 operations, 1 answers\n" +
		"violation: createItem: body /x: the schema has no such member (2 times)\n" +
		"violation: GET /lost: path: the contract has no operation GET /lost\n"
	if got := s.Report().String(); got != want {
		t.Errorf("report:\n%s\nwant:\n%s", got, want)
	}
}
