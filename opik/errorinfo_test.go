package opik

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

type modelError struct{ code int }

func (e *modelError) Error() string { return fmt.Sprintf("model failed: %d", e.code) }

func TestErrorType(t *testing.T) {
	plain := errors.New("plain")
	failed := &modelError{1}
	_, missing := os.Open("does-not-exist")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"without a type", plain, "error"},
		{"own", failed, "opik.modelError"},
		{"wrapped once", fmt.Errorf("ask: %w", failed), "opik.modelError"},
		{"wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", failed)), "opik.modelError"},
		{"wrapped with others", fmt.Errorf("%w and %w", failed, plain), "opik.modelError"},
		{"joined", errors.Join(failed, plain), "opik.modelError"},
		{"only wrappers", fmt.Errorf("a: %w", plain), "error"},
		{"the outer of two types", missing, "fs.PathError"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := errorType(tt.err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func recordFailure(err error) *ErrorInfo { return newErrorInfoHere(err) }

// newErrorInfoHere stands for SetError, whose frame is not shown.
func newErrorInfoHere(err error) *ErrorInfo { return newErrorInfo(err) }

func TestNewErrorInfo(t *testing.T) {
	cause := &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
	info := recordFailure(fmt.Errorf("retrieve: %w", cause))
	if info.ExceptionType != "fs.PathError" || info.Message != "retrieve: open x: file does not exist" {
		t.Errorf("type %q, message %q", info.ExceptionType, info.Message)
	}
	lines := strings.Split(info.Traceback, "\n")
	want := []string{
		"*fmt.wrapError: retrieve: open x: file does not exist",
		"caused by: *fs.PathError: open x: file does not exist",
		"caused by: *errors.errorString: file does not exist",
		"github.com/opik-go/sdk/opik.recordFailure()",
	}
	for i, line := range want {
		if i >= len(lines) || lines[i] != line {
			t.Fatalf("line %d of the traceback is not %q:\n%s", i+1, line, info.Traceback)
		}
	}
	if !strings.Contains(info.Traceback, "errorinfo_test.go:") {
		t.Errorf("no file in the traceback:\n%s", info.Traceback)
	}
}

func TestNewErrorInfoOfJoinedErrors(t *testing.T) {
	info := newErrorInfo(errors.Join(errors.New("one"), errors.New("two")))
	for _, want := range []string{"caused by: *errors.errorString: one\n", "also caused by: *errors.errorString: two\n"} {
		if !strings.Contains(info.Traceback, want) {
			t.Errorf("no %q in\n%s", want, info.Traceback)
		}
	}
}

type endless struct{}

func (endless) Error() string { return "again" }
func (e endless) Unwrap() error {
	return e
}

func TestNewErrorInfoEndsOnEndlessChains(t *testing.T) {
	if n := strings.Count(newErrorInfo(endless{}).Traceback, "again"); n != maxErrorChain {
		t.Errorf("%d errors in the traceback, want %d", n, maxErrorChain)
	}
}

func TestNewErrorInfoSurvivesPanickingErrors(t *testing.T) {
	info := newErrorInfo((*modelError)(nil))
	if info.ExceptionType != "opik.modelError" || info.Message != "<*opik.modelError without a text>" {
		t.Errorf("type %q, message %q", info.ExceptionType, info.Message)
	}
}

func TestCompleteErrorInfo(t *testing.T) {
	tests := []struct{ given, want ErrorInfo }{
		{ErrorInfo{}, ErrorInfo{ExceptionType: "error", Traceback: "error"}},
		{ErrorInfo{ExceptionType: "E", Message: "m"}, ErrorInfo{ExceptionType: "E", Message: "m", Traceback: "E: m"}},
		{ErrorInfo{ExceptionType: "E", Traceback: "t"}, ErrorInfo{ExceptionType: "E", Traceback: "t"}},
	}
	for _, tt := range tests {
		if got := completeErrorInfo(tt.given); *got != tt.want {
			t.Errorf("%+v became %+v, want %+v", tt.given, *got, tt.want)
		}
	}
}
