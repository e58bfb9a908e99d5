package resolve

import (
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
)

// kind settles how the records travel.
func (b *messageBuilder) kind() {
	k := &b.out.Kind
	k.Name = strings.Join(words(b.from.Name), " ")
	k.Operation, k.Method, k.Path, k.Items = b.op.ID, b.op.Method, b.op.Path, b.from.Items
	k.MaxItems = b.maxItems()
	k.Lane, k.Stage = orElse(b.from.Lane, lane(b.op.Path)), b.from.Stage
	if k.Stage == 0 {
		k.Stage = stages[b.op.Method]
	}
}

// stages orders the requests of a lane: what creates a record goes before what
// changes it, and that before what refers to it.
var stages = map[string]int{"POST": 0, "PATCH": 1, "PUT": 2}

// lane infers which messages must not overtake each other: those about one
// collection. It is the first word of the path after the version and audience.
func lane(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, s := range segments {
		if s == "private" && i+1 < len(segments) {
			return segments[i+1]
		}
	}
	return segments[0]
}

// maxItems is the number of records a request.
func (b *messageBuilder) maxItems() int {
	pos, wanted := b.from.OperationPos, b.from.Max
	if b.list == nil {
		if wanted > 1 {
			b.problem(pos, "max-without-items", "say with items= which property of the request holds the batch",
				"max=%d needs a batch, but operation %q takes one record a request", wanted, b.op.ID)
		}
		return 1
	}
	limit := b.list.MaxItems
	switch {
	case limit == nil && wanted == 0:
		b.problem(pos, "max-unknown", "add max=", "the contract does not say how many %s operation %q takes", b.from.Items, b.op.ID)
		return 0
	case wanted == 0:
		return *limit
	case limit != nil && wanted > *limit:
		b.problem(pos, "max-too-large", "", "max=%d is more than the %d %s that operation %q takes", wanted, *limit, b.from.Items, b.op.ID)
	}
	return wanted
}

// key settles what identifies a record, and what happens to records that meet.
func (b *messageBuilder) key() {
	pos := b.from.OperationPos
	for _, name := range b.from.Key {
		f := b.keyField(name)
		switch {
		case f == nil && b.known(name):
			b.problem(pos, "key-without-field", "", "the key of %s names the property %q, which has no field", b.from.Name, name)
		case f == nil:
			b.failed = b.failed || !b.OmitMissing
			b.missing(diag.Diagnostic{
				Code: "unknown-key", Pos: pos,
				Message: "the key of " + b.from.Name + ` names "` + name + `", which is neither a property of its records nor a parameter of its path`,
				Hint:    diag.DidYouMean(name, b.keyNames()),
				Related: b.op.Pos,
			})
		case f.Type.Kind != ir.String && f.Type.Kind != ir.Enum || f.Type.Pointer:
			b.problem(pos, "key-no-text", "", "the key of %s names the property %q, which is no text", b.from.Name, name)
		default:
			b.out.KeyFields = append(b.out.KeyFields, f.Name)
		}
	}
	b.out.Kind.Merge = ir.MergeNone
	if merge := ir.MergeRule(b.from.Merge); merge != "" {
		b.out.Kind.Merge = merge
		if merge != ir.MergeReplace && merge != ir.MergeFields {
			b.problem(pos, "bad-merge", "it can be replace, fields", "merge=%s is no rule for merging", merge)
		}
		if len(b.from.Key) == 0 {
			b.problem(pos, "merge-without-key", "add key= with the properties that identify a record", "merge=%s needs a key", merge)
		}
	}
}

// keyField returns the field that a key names.
func (b *messageBuilder) keyField(name string) *ir.MessageField {
	for i := range b.out.Fields {
		f := &b.out.Fields[i]
		if f.Wire == name || f.Wire == "" && f.Name == b.out.PathField && name == b.out.Kind.PathParameter {
			return f
		}
	}
	return nil
}

// known reports whether the record has a property, with a field or without.
func (b *messageBuilder) known(name string) bool {
	return slices.Contains(names(b.properties(b.record)), name)
}

// keyNames returns what a key may name.
func (b *messageBuilder) keyNames() []string {
	all := names(b.properties(b.record))
	if p := b.out.Kind.PathParameter; p != "" && !slices.Contains(all, p) {
		all = append(all, p)
	}
	return all
}
