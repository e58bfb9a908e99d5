package contractcheck

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Server answers the questions of test servers whether requests keep the
// contract, and counts. It is safe for concurrent use.
type Server struct {
	checker *Checker

	mu         sync.Mutex
	checked    map[string]int // by operationId
	answers    int
	violations map[string]int // by text
	order      []string       // texts of violations, in the order of their first appearance
}

// NewServer returns a server for a checker.
func NewServer(c *Checker) *Server {
	return &Server{checker: c, checked: map[string]int{}, violations: map[string]int{}}
}

// question is the message that a test server sends about a request. With a status
// it is about an answer to the request, whose content type and body are given.
type question struct {
	Method      string `json:"method"`
	Path        string `json:"path"`
	Query       string `json:"query"`
	ContentType string `json:"content_type"`
	Body        []byte `json:"body"` // base64 in JSON
	Status      int    `json:"status"`
}

// ServeHTTP takes a question and answers 204 if the request keeps the contract,
// 422 with {"errors": [...]} if it does not, and 400 if the question makes no sense.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	var q question
	if err == nil {
		err = json.Unmarshal(data, &q)
	}
	if err == nil && (q.Method == "" || q.Path == "") {
		err = fmt.Errorf("method and path are required")
	}
	if err != nil {
		http.Error(w, "not a question: "+err.Error(), http.StatusBadRequest)
		return
	}
	operation, problems := s.check(q)
	s.note(q, operation, problems)
	if len(problems) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer, err := json.Marshal(map[string][]string{"errors": problems})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	// An error means that the asker has gone. The violation is noted already.
	_, _ = w.Write(answer)
}

func (s *Server) check(q question) (operationID string, problems []string) {
	if q.Status != 0 {
		return s.checker.CheckResponse(Response{
			Method: q.Method, Path: q.Path, Status: q.Status, ContentType: q.ContentType, Body: q.Body,
		})
	}
	return s.checker.Check(Request{
		Method: q.Method, Path: q.Path, Query: q.Query, ContentType: q.ContentType, Body: q.Body,
	})
}

func (s *Server) note(q question, operation string, problems []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.Status == 0 {
		s.checked[operation]++
	} else {
		s.answers++
	}
	for _, problem := range problems {
		name := operation
		if name == "" {
			name = q.Method + " " + q.Path
		}
		text := name + ": " + problem
		if s.violations[text] == 0 {
			s.order = append(s.order, text)
		}
		s.violations[text]++
	}
}

// Report is what a server has seen.
type Report struct {
	// Requests counts the requests by operationId; "" stands for unknown paths.
	Requests map[string]int
	// Answers counts the answers.
	Answers int
	// Violations are the different violations in the order of their first
	// appearance, each with its number.
	Violations []Violation
}

// Violation is something wrong that was seen Count times.
type Violation struct {
	Text  string
	Count int
}

// Report returns what the server has seen so far.
func (s *Server) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Report{Requests: map[string]int{}, Answers: s.answers}
	for operation, n := range s.checked {
		r.Requests[operation] = n
	}
	for _, text := range s.order {
		r.Violations = append(r.Violations, Violation{Text: text, Count: s.violations[text]})
	}
	return r
}

// Total returns the number of requests.
func (r Report) Total() int {
	n := 0
	for _, count := range r.Requests {
		n += count
	}
	return n
}

// Operations has a line for each operation with the number of its requests.
func (r Report) Operations() string {
	var b strings.Builder
	for _, operation := range sortedKeys(r.Requests) {
		name := operation
		if name == "" {
			name = "(unknown path)"
		}
		fmt.Fprintf(&b, "%6d  %s\n", r.Requests[operation], name)
	}
	return b.String()
}

// String is the report as text: a line with the numbers, and one for each violation.
func (r Report) String() string {
	var b strings.Builder
	operations := len(r.Requests)
	if r.Requests[""] > 0 {
		operations--
	}
	fmt.Fprintf(&b, "compared with the contract: %d requests to %d operations, %d answers\n", r.Total(), operations, r.Answers)
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "violation: %s", v.Text)
		if v.Count > 1 {
			fmt.Fprintf(&b, " (%d times)", v.Count)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
