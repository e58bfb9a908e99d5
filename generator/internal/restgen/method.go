package restgen

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// methodView is a plan as the client template sees it.
type methodView struct {
	d *document
	p *plan
}

// Retryable reports whether the method has to say that it may be repeated: for
// other methods than POST that goes without saying.
func (m methodView) Retryable() bool { return m.p.retryable && m.p.operation.method == "POST" }

// Once reports whether the method has to say that it must not be repeated: for POST
// that goes without saying.
func (m methodView) Once() bool { return m.p.once && m.p.operation.method != "POST" }

// ID returns the operationId of the contract.
func (m methodView) ID() string { return m.p.operation.id }

// Doc returns the method's comment.
func (m methodView) Doc(name string) string {
	op := m.p.operation
	facts := "calls " + op.method + " " + op.path + "."
	if note := m.note(); note != "" {
		facts += " " + note
	}
	doc := describe(name, facts, text(op.node, "description"))
	if isTrue(op.node, "deprecated") {
		doc += "\n\nDeprecated: " + deprecationOf(op.node)
	}
	return comment(doc)
}

// note says what the signature does not.
func (m methodView) note() string {
	switch m.p.result {
	case ResultLocation:
		note := "It returns the id of what was created"
		if m.p.absent != "" {
			return note + ", or nothing if the server answers " + m.p.absent + "."
		}
		return note + "."
	case ResultRedirect:
		return "It returns the URL that the server redirects to."
	case ResultRaw:
		return "The caller closes the result."
	case ResultStream, ResultEvents:
		return "The caller closes the stream."
	}
	return ""
}

// EventsDoc returns the comment of the method that asks for events.
func (m methodView) EventsDoc(name string) string {
	return comment(fmt.Sprintf("%sEvents does what [Client.%s] does, and returns the answer as server-sent events while it is made. The caller closes the stream.", name, name))
}

// BodyParam returns the parameters for the body, with a comma before.
func (m methodView) BodyParam() string {
	switch m.p.body {
	case BodyNone:
		return ""
	case BodyRaw:
		return ", contentType string, body io.Reader"
	}
	return ", body " + m.d.goType(m.p.bodyType)
}

// SetBody returns the statement that sets the body.
func (m methodView) SetBody() string {
	switch m.p.body {
	case BodyJSON:
		return "r.json(body)"
	case BodyForm:
		return "r.form(body)"
	case BodyMultipart:
		return "r.multipart(body)"
	case BodyRaw:
		return "r.raw(contentType, " + strconv.Quote(m.p.mediaType) + ", body)"
	}
	return ""
}

// Results returns the types that the method returns.
func (m methodView) Results() string {
	switch m.p.result {
	case ResultJSON:
		return "(" + m.resultType() + ", error)"
	case ResultStream:
		return "(*Stream[" + m.d.goType(m.p.resType) + "], error)"
	case ResultLocation, ResultRedirect:
		return "(string, error)"
	case ResultRaw:
		return "(*Content, error)"
	case ResultEvents:
		return "(*EventStream, error)"
	}
	return "error"
}

// resultType returns the type of a JSON result.
func (m methodView) resultType() string {
	if m.d.isStruct(m.p.resType) {
		return "*" + m.d.goType(m.p.resType)
	}
	return m.d.goType(m.p.resType)
}

// Return returns the statements that carry out the call.
func (m methodView) Return() string {
	switch m.p.result {
	case ResultJSON:
		return "var out " + m.resultType() + "\nerr := c.json(ctx, r, &out)\nreturn out, err"
	case ResultStream:
		return "return openStream[" + m.d.goType(m.p.resType) + "](ctx, c, r)"
	case ResultLocation:
		return "return c.location(ctx, r, " + orElse(m.p.absent, "0") + ")"
	case ResultRedirect:
		return "return c.redirect(ctx, r)"
	case ResultRaw:
		return "return c.content(ctx, r, " + strconv.Quote(m.p.accept) + ")"
	case ResultEvents:
		return "return c.events(ctx, r)"
	}
	return "return c.none(ctx, r)"
}

// HasEvents reports whether there is a second method for events.
func (m methodView) HasEvents() bool { return m.p.events }

// EventFlag returns the field of the body that asks for events; empty if there is
// none.
func (m methodView) EventFlag() string {
	flag := m.d.settings.EventFlag
	if flag == "" || m.p.bodyType == nil || schemaType(get(m.d.resolve(m.p.bodyType), "properties", flag)) != "boolean" {
		return ""
	}
	return m.d.typeName(flag)
}

// NeedsParams reports whether a parameter outside the path is required.
func (m methodView) NeedsParams() bool {
	for _, p := range elements(get(m.p.operation.node, "parameters")) {
		if text(p, "in") != "path" && isTrue(p, "required") {
			return true
		}
	}
	return false
}

// paramField returns the field for a parameter in the struct of parameters. The
// tag says where the parameter goes and what it is called there.
func paramField(p codegen.ParameterDefinition) string {
	t := p.TypeDef()
	if p.HasOptionalPointer() && !p.IsJson() {
		t = "*" + t
	}
	field := fmt.Sprintf("%s %s `%s:%q`", p.GoName(), t, p.In, p.ParamName)
	var docs []string
	if about := p.Spec.Description; about != "" {
		docs = append(docs, fieldDoc(p.GoName(), about))
	}
	if p.Spec.Deprecated {
		docs = append(docs, "Deprecated: "+orElse(reasonOf(p.Spec.Extensions), deprecated))
	}
	if len(docs) > 0 {
		field = comment(strings.Join(docs, "\n\n")) + "\n" + field
	}
	return field
}

// paramsDoc returns the comment of a struct of parameters.
func paramsDoc(op codegen.OperationDefinition) string {
	kinds := "query"
	switch {
	case len(op.QueryParams) == 0:
		kinds = "header"
	case len(op.HeaderParams) > 0:
		kinds = "query and header"
	}
	return comment(fmt.Sprintf("%sParams holds the %s parameters of [Client.%s].", op.OperationId, kinds, op.OperationId))
}

// pathArg returns the statement that fills a parameter of the path.
func pathArg(p codegen.ParameterDefinition) (string, error) {
	value := p.GoVariableName()
	switch p.TypeDef() {
	case "string":
	case "int":
		return fmt.Sprintf("r.argInt(%q, %s)", p.ParamName, value), nil
	default:
		if p.SchemaType() != "string" {
			return "", fmt.Errorf("path parameter %s: type %s is not supported", p.ParamName, p.TypeDef())
		}
		value = "string(" + value + ")"
	}
	return fmt.Sprintf("r.arg(%q, %s)", p.ParamName, value), nil
}

// query returns the statement that adds a query parameter.
func query(p codegen.ParameterDefinition) (string, error) {
	name, field := strconv.Quote(p.ParamName), "p."+p.GoName()
	if p.IsJson() {
		return fmt.Sprintf("r.queryJSON(%s, %s)", name, field), nil
	}
	if p.TypeDef() == "time.Time" {
		return fmt.Sprintf("r.queryTime(%s, %s)", name, field), nil
	}
	kinds := map[string]string{"boolean bool": "Bool", "integer int": "Int", "integer int64": "Int64", "number float64": "Float"}
	if kind := kinds[p.SchemaType()+" "+p.TypeDef()]; kind != "" {
		switch {
		case p.HasOptionalPointer():
			return fmt.Sprintf("r.query%s(%s, %s)", kind, name, field), nil
		case p.Required:
			return fmt.Sprintf("r.query%s(%s, &%s)", kind, name, field), nil
		}
		return fmt.Sprintf("r.query%s(%s, nonzero(%s))", kind, name, field), nil
	}
	if p.SchemaType() != "string" {
		return "", fmt.Errorf("query parameter %s: type %s is not supported", p.ParamName, p.TypeDef())
	}
	if p.TypeDef() != "string" {
		field = "string(" + field + ")"
	}
	if p.Required {
		return fmt.Sprintf("r.queryRequired(%s, %s)", name, field), nil
	}
	return fmt.Sprintf("r.queryText(%s, %s)", name, field), nil
}

// header returns the statement that sets a header.
func header(p codegen.ParameterDefinition) (string, error) {
	if p.TypeDef() != "string" {
		return "", fmt.Errorf("header %s: type %s is not supported", p.ParamName, p.TypeDef())
	}
	return fmt.Sprintf("r.headerText(%q, p.%s)", p.ParamName, p.GoName()), nil
}

func orElse(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}
