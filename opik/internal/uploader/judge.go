package uploader

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/retry"
)

// verdict is what an attempt means for a file.
type verdict uint8

const (
	// delivered: the server has it.
	delivered verdict = iota
	// refused: the server will not take it.
	refused
	// again: the attempt has to be repeated later.
	again
	// pause: the server takes nothing until somebody does something about it.
	pause
	// restart: the addresses are not valid any more; there are new ones.
	restart
	// damaged: the content is not there any more.
	damaged
	// expired: it has waited too long.
	expired
)

// step is what failed of an upload.
type step uint8

const (
	start step = iota
	whole
	part
	complete
)

// judge maps the outcome of an attempt to a verdict.
func judge(s step, err error) verdict {
	var answer *rest.APIError
	switch {
	case err == nil:
		return delivered
	case errors.Is(err, errDamaged):
		return damaged
	case errors.Is(err, ErrPermanent):
		return refused
	case !errors.As(err, &answer):
		return again
	}
	switch status := answer.Status; {
	case retry.Transient(status), status < 400:
		return again
	case s == part:
		// A storage says 400, 403 or 404 of a signature or an upload that is too old.
		return restart
	case status == http.StatusUnauthorized, status == http.StatusPaymentRequired, status == http.StatusForbidden:
		return pause
	case s == complete && status == http.StatusConflict:
		return delivered // an earlier attempt arrived after all
	case s == complete && (status == http.StatusBadRequest || status == http.StatusNotFound):
		return restart // or it did, and the upload is not known any more
	}
	return refused
}

// answer returns what the server said, if the error has it.
func answer(err error) (status int, header http.Header, text string) {
	var said *rest.APIError
	if !errors.As(err, &said) {
		return 0, nil, err.Error()
	}
	if header = said.Header; header == nil {
		header = http.Header{}
	}
	text = strings.Join(said.Messages, "; ")
	if text == "" {
		text = said.Details
	}
	if text == "" {
		text = fmt.Sprintf("%d %s", said.Status, http.StatusText(said.Status))
	}
	const longest = 500
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "..."
	}
	return said.Status, header, text
}
