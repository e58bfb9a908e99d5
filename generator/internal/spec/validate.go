package spec

import (
	"context"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// validate says whether data, YAML or JSON, is a valid OpenAPI document, by the library that
// the REST layer is generated with.
func validate(ctx context.Context, data []byte) error {
	loader := openapi3.NewLoader()
	loader.Context = ctx
	doc, err := loader.LoadFromData(data)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if !doc.IsOpenAPI31OrLater() {
		return fmt.Errorf("version %s is not 3.1", doc.OpenAPI)
	}
	// The document says 3.1, which makes the library check schemas as JSON
	// Schema 2020-12.
	return doc.Validate(ctx, openapi3.EnableSchemaDefaultsValidation())
}
