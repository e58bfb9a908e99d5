package opik

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
)

// ErrorInfo is what a trace or span keeps of the error that it ended with: its
// type, its message and where it came from.
type ErrorInfo = rest.ErrorInfo

const (
	maxFrames     = 32
	maxErrorChain = 16
)

// newErrorInfo describes err as seen by the caller of the method that called it.
func newErrorInfo(err error) *ErrorInfo {
	return &ErrorInfo{
		ExceptionType: errorType(err),
		Message:       errorText(err),
		Traceback:     traceback(err, 4),
	}
}

// newPanicInfo describes what a panic carries, from within the deferred call that
// recovered it: the stack still reaches down to where the panic began.
func newPanicInfo(v any) *ErrorInfo {
	err, ok := v.(error)
	if !ok {
		return &ErrorInfo{
			ExceptionType: "panic",
			Message:       panicText(v),
			Traceback:     traceback(nil, 4),
		}
	}
	return &ErrorInfo{
		ExceptionType: errorType(err),
		Message:       "panic: " + errorText(err),
		Traceback:     traceback(err, 4),
	}
}

// completeErrorInfo fills what the server requires and the caller left empty.
func completeErrorInfo(info ErrorInfo) *ErrorInfo {
	if info.ExceptionType == "" {
		info.ExceptionType = "error"
	}
	if info.Traceback == "" {
		info.Traceback = info.ExceptionType
		if info.Message != "" {
			info.Traceback += ": " + info.Message
		}
	}
	return &info
}

// errorType names the type that says most about err: the outermost of its chain
// that is no mere wrapper of the standard library.
func errorType(err error) string {
	for range maxErrorChain {
		name := strings.TrimPrefix(fmt.Sprintf("%T", err), "*")
		switch name {
		case "fmt.wrapError", "fmt.wrapErrors", "errors.joinError", "errors.errorString":
		case "runtime.errorString", "runtime.boundsError", "runtime.plainError", "runtime.errorAddressString":
			return "runtime.Error" // what these are is in their text
		default:
			return name
		}
		next := causes(err)
		if len(next) == 0 {
			break
		}
		err = next[0]
	}
	return "error"
}

// causes returns the errors that err wraps. It survives methods that panic, as those
// of nil pointers do.
func causes(err error) (wrapped []error) {
	defer func() {
		if recover() != nil {
			wrapped = nil
		}
	}()
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.DeleteFunc(slices.Clone(many.Unwrap()), func(e error) bool { return e == nil })
	}
	if next := errors.Unwrap(err); next != nil {
		return []error{next}
	}
	return nil
}

// errorText is err.Error, even if that panics, as the method of a nil pointer may.
func errorText(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "<" + fmt.Sprintf("%T", err) + " without a text>"
		}
	}()
	return err.Error()
}

func panicText(v any) string { return fmt.Sprint(v) }

// traceback renders the chain of err and the stack of the caller. skip counts the
// frames above traceback that are of no interest.
func traceback(err error, skip int) string {
	var b strings.Builder
	if err != nil {
		writeChain(&b, err, maxErrorChain)
	}
	var pcs [maxFrames]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skip, pcs[:])])
	for {
		frame, more := frames.Next()
		if frame.Function != "" {
			b.WriteString(frame.Function)
			b.WriteString("()\n\t")
			b.WriteString(frame.File)
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(frame.Line))
			b.WriteByte('\n')
		}
		if !more {
			break
		}
	}
	return b.String()
}

// writeChain writes a line for every error of the chain, the outermost first.
func writeChain(b *strings.Builder, err error, most int) {
	for i, prefix := 0, ""; i < most; i, prefix = i+1, "caused by: " {
		fmt.Fprintf(b, "%s%T: %s\n", prefix, err, errorText(err))
		next := causes(err)
		if len(next) == 0 {
			return
		}
		for _, other := range next[1:] {
			fmt.Fprintf(b, "also caused by: %T: %s\n", other, errorText(other))
		}
		err = next[0]
	}
}
