package spec

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// ImportOptions says what to import and where to.
type ImportOptions struct {
	// Source is the path or the http(s) URL of a published document, as YAML or
	// JSON, packed with gzip or not.
	Source string
	// Target is the path of the contract. It is written only if the import
	// succeeds and the bytes differ. Empty means: write nothing.
	Target string
	// Force accepts a document that lacks a tenth or more of the operations of
	// the present contract.
	Force bool
	// Dry leaves the target as it is; the report says what would become of it.
	Dry bool
	// MaxBytes bounds the source; MaxSourceBytes if zero.
	MaxBytes int64
}

// ImportReport says what an import did.
type ImportReport struct {
	// Source is the name of the source in diagnostics: without password and query
	// if it is a URL.
	Source string `json:"source"`
	// Digest is the SHA-256 of the published document, unpacked, in hexadecimal.
	Digest string `json:"digest"`
	Counts Counts `json:"counts"`
	// Added and Removed are the operationIds that the present contract does not
	// have, and those that the new one does not have. Both are nil if there is no
	// present contract.
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	// Changes is what the rules repaired.
	Changes []Change `json:"changes"`
	// Written says that the target was replaced. It was in step otherwise.
	Written bool `json:"written"`
	// Data is the contract, and JSON the same for programs, which read it in a
	// fraction of the time.
	Data []byte `json:"-"`
	JSON []byte `json:"-"`
}

// ChangesByRule counts the changes of each rule, in the order of the rules;
// rules that had nothing to do are there with zero.
func (r ImportReport) ChangesByRule() []RuleCount {
	var out []RuleCount
	for _, rule := range rules {
		c := RuleCount{Rule: rule.name}
		for _, change := range r.Changes {
			if change.Rule == rule.name {
				c.Count++
			}
		}
		out = append(out, c)
	}
	return out
}

// RuleCount is the number of changes that a rule made.
type RuleCount struct {
	Rule  string `json:"rule"`
	Count int    `json:"count"`
}

// Import reads a published document, repairs it, and writes the contract. On an
// error (see the Code constants) the target stays as it was. Warnings may
// come with a successful import.
func Import(ctx context.Context, opts ImportOptions) (ImportReport, diag.List) {
	report := ImportReport{}
	limit := opts.MaxBytes
	if limit <= 0 {
		limit = MaxSourceBytes
	}
	data, name, problems := readSource(ctx, opts.Source, limit)
	report.Source = name
	if problems.Failed() {
		return report, problems
	}
	normalised, found := normalise(ctx, name, data)
	problems.Append(found)
	if problems.Failed() {
		return report, problems
	}
	report.Digest, report.Counts = normalised.digest, normalised.document.counts()
	report.Changes, report.Data, report.JSON = normalised.changes, normalised.data, normalised.json
	if opts.Target == "" {
		return report, problems
	}
	present, err := os.ReadFile(opts.Target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		problems.Errorf(diag.Position{File: opts.Target}, CodeTarget, "cannot read the present contract: %v", diag.WithoutPath(err))
		return report, problems
	}
	if err == nil {
		problems.Append(report.compare(present, normalised.document, opts))
		if problems.Failed() {
			return report, problems
		}
	}
	if opts.Dry || string(present) == string(report.Data) {
		return report, problems
	}
	if err := writeFile(opts.Target, report.Data); err != nil {
		problems.Errorf(diag.Position{File: opts.Target}, CodeWrite, "cannot write the contract: %v", diag.WithoutPath(err))
		return report, problems
	}
	report.Written = true
	return report, problems
}

// normalised is a document after all repairs.
type normalised struct {
	document   *document
	data, json []byte
	digest     string
	changes    []Change
}

// normalise is the pure part of the import: bytes to bytes.
func normalise(ctx context.Context, name string, data []byte) (*normalised, diag.List) {
	d, problems := parse(name, data)
	if problems.Failed() {
		return nil, problems
	}
	d.checkVersion(&problems)
	if problems.Failed() {
		return nil, problems // nothing below would make sense
	}
	d.checkVocabulary(published, &problems)
	if !problems.Failed() {
		d.checkStructure(&problems)
	}
	if problems.Failed() {
		return nil, problems
	}
	out := &normalised{document: d}
	out.changes = d.repairAll(&problems)
	if problems.Failed() {
		return nil, problems
	}
	if strings.HasPrefix(text(d.root, "openapi"), "3.0") {
		set(d.root, "openapi", str("3.1.0", d.root))
	}
	d.canonicalise()
	d.checkVocabulary(contract, &problems)
	d.lint(&problems)
	if problems.Failed() {
		return nil, problems
	}
	body, err := d.encode()
	if err != nil {
		problems.Errorf(diag.Position{File: name}, CodeInvalid, "%v", err)
		return nil, problems
	}
	out.digest = digestOf(data)
	if out.digest == "" {
		sum := sha256.Sum256(data)
		out.digest = hex.EncodeToString(sum[:])
	}
	out.data = append([]byte(header(out.digest, d.counts())), body...)
	var asJSON bytes.Buffer
	writeJSON(&asJSON, d.root)
	out.json = asJSON.Bytes()
	if err := validate(ctx, out.json); err != nil {
		// The library goes on with excerpts of the schema on further lines.
		reason, _, _ := strings.Cut(err.Error(), "\n")
		problems.Errorf(d.positionOf(reason), CodeInvalid, "the repaired document is no valid OpenAPI 3.1: %s", reason)
		return nil, problems
	}
	return out, problems
}

// quoted matches a name in a message.
var quoted = regexp.MustCompile(`"([^"]+)"`)

// positionOf returns the place that a message without one is most likely about: the
// first in the document that has a name which the message quotes.
func (d *document) positionOf(message string) diag.Position {
	var find func(n *yaml.Node, name string) *yaml.Node
	find = func(n *yaml.Node, name string) *yaml.Node {
		if n.Kind == yaml.ScalarNode && n.Value == name {
			return n
		}
		for _, c := range n.Content {
			if found := find(c, name); found != nil {
				return found
			}
		}
		return nil
	}
	for _, m := range quoted.FindAllStringSubmatch(message, -1) {
		if n := find(d.root, m[1]); n != nil {
			return d.position(n)
		}
	}
	return d.position(d.root)
}

// compare fills in the operations that came and went, and refuses a document that
// has lost a tenth of them.
func (r *ImportReport) compare(present []byte, next *document, opts ImportOptions) diag.List {
	old, problems := parse(opts.Target, present)
	if problems.Failed() {
		if opts.Force {
			return diag.List{} // the unreadable contract is to be replaced
		}
		var out diag.List
		for _, p := range problems.Sorted() {
			p.Code, p.Message = CodeTarget, "the present contract is unreadable: "+p.Message
			p.Hint = "repair or remove it, or use -force"
			out.Add(p)
		}
		return out
	}
	before, after := old.operationIDs(), next.operationIDs()
	r.Added, r.Removed = difference(after, before), difference(before, after)
	if len(r.Removed)*10 < len(before) || len(r.Removed) == 0 || opts.Force {
		return problems
	}
	const most = 10
	shown := r.Removed[:min(most, len(r.Removed))]
	more := ""
	if n := len(r.Removed) - len(shown); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	problems.Add(diag.Diagnostic{Code: CodeShrunk, Pos: diag.Position{File: r.Source},
		Message: fmt.Sprintf("the document lacks %d of the %d operations of the present contract: %s%s",
			len(r.Removed), len(before), strings.Join(shown, ", "), more),
		Hint: "if they are really gone, use -force"})
	return problems
}

// operationIDs lists the operationIds, sorted.
func (d *document) operationIDs() []string {
	var ids []string
	for _, op := range d.operations() {
		ids = append(ids, text(op.node, "operationId"))
	}
	slices.Sort(ids)
	return ids
}

// difference returns what is in a but not in b; b is sorted.
func difference(a, b []string) []string {
	var out []string
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); !ok {
			out = append(out, x)
		}
	}
	return out
}
