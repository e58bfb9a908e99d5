package build

import (
	"errors"
	"slices"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/directive"
	"github.com/opik-go/sdk/generator/internal/emit"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
	"github.com/opik-go/sdk/generator/internal/resolve"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// Result is what the inputs make.
type Result struct {
	// Model is what was decided, also if there were errors in the templates. It is
	// nil if the contract could not be read.
	Model *ir.Model
	// Contract and REST are what the model was made from, and RESTFiles the files of
	// the REST layer. They are there if Model is.
	Contract  *spec.Contract
	REST      *restgen.Index
	RESTFiles []output.File
	// Files is every file of the tree that is generated, by path; nil if there were
	// errors.
	Files []output.File
	// TemplateLines is the number of lines of the templates that hold more than a
	// comment.
	TemplateLines int
	// LeftOut lists the hand-written files that need what the contract lacks, and
	// the folders of packages that do.
	LeftOut []string
}

// Generate runs all stages. The same inputs make the same bytes.
func Generate(in *Inputs) (*Result, diag.List) {
	result := &Result{}
	templates, problems := tmpl.Parse(in.Templates)
	for _, n := range templates.Lines {
		result.TemplateLines += n
	}
	doc, found := parseDocument(in)
	problems.Append(found)
	if doc == nil {
		return result, problems
	}
	settings, found := restgen.ParseSettings(in.Settings.Name, in.Settings.Data)
	problems.Append(found)
	if found.Failed() {
		return result, problems
	}
	rest, err := restgen.Generate(doc.Node(), settings, in.Module)
	if err != nil {
		problems.Add(restProblem(in, err))
		return result, problems
	}
	result.Contract, result.REST, result.RESTFiles = doc.Contract(), rest.Index, rest.Files
	model, found := resolve.Resolve(resolve.Input{
		Contract: result.Contract, REST: rest.Index, Templates: templates, Module: in.Module, OmitMissing: in.OmitMissing, KeepParams: in.KeepParams,
	})
	problems.Append(found)
	result.Model = model
	problems.Append(result.requirements(in, doc.Contract()))
	if len(templates.Parities) > 0 {
		model.Parity, found = resolve.Parity(model, templates, result.exported(in), in.OmitMissing)
		problems.Append(found)
	}
	if model.Directives, err = directives(); err != nil {
		problems.Errorf(diag.Position{}, "directives", "%v", err)
	}
	if problems.Failed() {
		return result, problems
	}
	files, err := emit.Emit(model)
	if err != nil {
		problems.Errorf(diag.Position{}, "emit", "%v", err)
		return result, problems
	}
	result.Files = append(files, rest.Files...)
	output.Sort(result.Files)
	return result, problems
}

// parseDocument reads the contract with the overlay. Actions of the overlay that match
// nothing are errors, but no reason not to look at the templates: an operation that
// is gone is gone for both.
func parseDocument(in *Inputs) (*spec.Document, diag.List) {
	parse := func(strict bool) (*spec.Document, diag.List) {
		return spec.ParseDocument(in.Contract.Name, in.Contract.Data, in.Overlay.Name, in.Overlay.Data, strict)
	}
	doc, problems := parse(!in.OmitMissing)
	other := func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Code != spec.CodeOverlayTarget }
	if doc == nil && !slices.ContainsFunc(problems.Sorted(), other) {
		var further diag.List
		if doc, further = parse(false); doc == nil {
			return nil, further // what does not hold without the correction
		}
	}
	return doc, problems
}

// restProblem is the diagnostic for an error of the REST layer.
func restProblem(in *Inputs, err error) diag.Diagnostic {
	d := diag.Diagnostic{Code: "rest-layer", Pos: diag.Position{File: in.Contract.Name}, Message: err.Error()}
	if at, ok := errors.AsType[*restgen.ContractError](err); ok {
		d.Pos.Line, d.Pos.Column, d.Message = at.Line, at.Column, at.Message
	}
	return d
}

// directives returns the documentation of the directives.
func directives() ([]ir.Directive, error) {
	all, err := directive.All()
	var docs []ir.Directive
	for _, h := range all {
		d := ir.Directive{Name: h.Name, Usage: h.Usage, Doc: h.Doc, Repeat: h.Repeat}
		for _, p := range h.Places {
			if p.InComment() {
				d.Places = append(d.Places, "the comment of "+string(p))
			} else {
				d.Places = append(d.Places, string(p))
			}
		}
		for _, a := range h.Arguments {
			d.Arguments = append(d.Arguments, ir.DirectiveArgument{Name: a.Name, Doc: a.Doc})
		}
		docs = append(docs, d)
	}
	return docs, err
}
