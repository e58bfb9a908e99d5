package opik

import (
	"encoding/xml"
	"net/http"

	"github.com/opik-go/sdk/gen/rest"
)

// storageError makes an error of a refusal by a storage, which explains itself in
// XML, or by the server.
func storageError(operation string, res *http.Response) *APIError {
	e := rest.NewAPIError(operation, res)
	var said struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}
	if len(e.Messages) == 0 && xml.Unmarshal(e.Body, &said) == nil && said.Code != "" {
		e.Messages = []string{said.Code}
		if said.Message != "" {
			e.Messages = append(e.Messages, said.Message)
		}
	}
	return e
}
