package api

import (
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// breakdown divides the entities of a bucket into groups.
type breakdown struct {
	field, key, sub string
}

func newBreakdown(o doc.Object) breakdown {
	b := breakdown{field: doc.String(o, "field"), key: doc.String(o, "metadata_key"), sub: doc.String(o, "sub_metric")}
	if b.field == "none" {
		b.field = ""
	}
	return b
}

// values returns the metric's function, or one with a value for each group.
func (b breakdown) values(m metric) func([]doc.Object) map[string]any {
	if b.field == "" {
		return m.values
	}
	return func(views []doc.Object) map[string]any {
		groups := map[string][]doc.Object{}
		for _, v := range views {
			for _, name := range b.groupsOf(v) {
				groups[name] = append(groups[name], v)
			}
		}
		out := map[string]any{}
		for name, members := range groups {
			if v, ok := b.pick(m.values(members)); ok {
				out[name] = v
			}
		}
		return out
	}
}

// groupsOf returns the names of the groups that an entity belongs to.
func (b breakdown) groupsOf(view doc.Object) []string {
	switch b.field {
	case "tags":
		return doc.Strings(view, "tags")
	case "metadata":
		p, err := doc.ParsePath(b.key)
		if err != nil {
			return nil
		}
		if v, ok := p.Find(view["metadata"]); ok {
			return []string{doc.Text(v)}
		}
		return nil
	case "error_info", "error_type":
		if t := doc.String(doc.Member(view, "error_info"), "exception_type"); t != "" {
			return []string{t}
		}
		return nil
	}
	if s := doc.String(view, b.field); s != "" {
		return []string{s}
	}
	return nil
}

// pick chooses among the values of a metric that has several.
func (b breakdown) pick(values map[string]any) (any, bool) {
	for _, name := range sortedKeys(values) {
		if b.sub == "" || name == b.sub || strings.HasSuffix(name, "."+b.sub) {
			return values[name], true
		}
	}
	return nil, false
}
