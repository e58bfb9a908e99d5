package spec

// Codes of the diagnostics of this package. They are stable: tools may branch
// on them.
const (
	// The source cannot be had.
	CodeRead       = "source-unreadable"    // file missing, connection refused, time-out
	CodeHTTPStatus = "source-http-status"   // the server answered with something else than 200
	CodeRedirect   = "source-redirect"      // the server sends the importer to another host
	CodeTooLarge   = "source-too-large"     // more than MaxSourceBytes
	CodeGzip       = "source-bad-gzip"      // starts like gzip, but cannot be unpacked
	CodeEmpty      = "source-empty"         // nothing but blanks
	CodeHTML       = "source-html"          // a web page
	CodeSyntax     = "source-syntax"        // neither YAML nor JSON
	CodeSeveral    = "source-several"       // more than one YAML document
	CodeAlias      = "source-alias"         // anchors and aliases
	CodeNesting    = "source-nesting"       // nested deeper than any real document
	CodeDuplicate  = "source-duplicate-key" // a mapping has a key twice

	// The source is no document that can be imported.
	CodeNotOpenAPI = "not-openapi"
	CodeSwagger    = "swagger-2"
	CodeVersion    = "openapi-version"
	CodeUnknown    = "unknown-construct"
	CodeValue      = "bad-value"
	CodeFormat     = "unknown-format" // a warning

	// The document contradicts itself.
	CodeDanglingRef    = "dangling-ref"
	CodeCyclicAllOf    = "cyclic-allof"
	CodeOperationID    = "repeated-operation-id"
	CodeNoOperationID  = "missing-operation-id"
	CodeNoResponses    = "no-responses"
	CodePathParameters = "path-parameters"
	CodeConflict       = "conflicting-properties"
	CodeUnion          = "incomplete-union"
	CodePattern        = "bad-pattern"
	CodeInvalid        = "invalid-contract" // the result is no valid OpenAPI 3.1

	// The contract would lose too much, or cannot be written.
	CodeShrunk = "operations-lost"
	CodeTarget = "target-unreadable"
	CodeWrite  = "write-failed"

	// The contract or the overlay has a mistake.
	CodeLint           = "contract-lint"
	CodeOverlay        = "overlay-invalid"
	CodeOverlayTarget  = "overlay-no-match"
	CodeOverlayPath    = "overlay-bad-path"
	CodeOverlayNothing = "overlay-no-effect"
)
