package exampletest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

// treeOf is what a method returned as a JSON tree: of a handle its record, of a page
// an object with its fields, and of content the text.
func treeOf(t *testing.T, v reflect.Value) any {
	t.Helper()
	if !v.IsValid() {
		return nil
	}
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if content, ok := v.Interface().(*rest.Content); ok {
		data, err := io.ReadAll(content.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := content.Close(); err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if record := v.MethodByName("Record"); record.IsValid() {
		v = record.Call(nil)[0]
	}
	switch inner := reflect.Indirect(v); {
	case inner.Kind() == reflect.Slice && inner.Type() != reflect.TypeFor[json.RawMessage]():
		list := []any{}
		for i := range inner.Len() {
			list = append(list, treeOf(t, inner.Index(i)))
		}
		return list
	case isPage(inner.Type()):
		return pageTree(t, inner)
	}
	return tree(t, jsonOf(t, v.Interface()))
}

// isPage reports whether a type is a page, or has one as its first field.
func isPage(t reflect.Type) bool {
	if strings.HasPrefix(t.Name(), "Page[") {
		return true
	}
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Anonymous && isPage(t.Field(0).Type)
}

func pageTree(t *testing.T, page reflect.Value) map[string]any {
	t.Helper()
	out := map[string]any{}
	for i := range page.NumField() {
		switch f := page.Type().Field(i); {
		case f.Anonymous:
			for name, value := range pageTree(t, page.Field(i)) {
				out[name] = value
			}
		case f.Name == "Items":
			out[f.Name] = treeOf(t, page.Field(i))
		default:
			out[f.Name] = tree(t, jsonOf(t, page.Field(i).Interface()))
		}
	}
	return out
}

// tree decodes JSON.
func tree(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// embedded is a tree whose texts that hold JSON are the JSON, so that blanks in it
// do not matter.
func embedded(v any) any {
	switch v := v.(type) {
	case string:
		var inner any
		if strings.HasPrefix(v, "[") || strings.HasPrefix(v, "{") {
			if json.Unmarshal([]byte(v), &inner) == nil {
				return []any{"JSON in a text", inner}
			}
		}
	case []any:
		out := []any{}
		for _, element := range v {
			out = append(out, embedded(element))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			out[name] = embedded(member)
		}
		return out
	}
	return v
}

// differences says where two trees differ. If zeros is set, the first may have more
// members than the second, which are zero.
func differences(at string, got, want any, zeros bool) (all []string) {
	object, wantsObject := want.(map[string]any)
	found, isObject := got.(map[string]any)
	if wantsObject && isObject {
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if v, there := found[name]; there {
				all = append(all, differences(at+"."+name, v, object[name], zeros)...)
			} else {
				all = append(all, fmt.Sprintf("%s.%s is missing, want %v", at, name, object[name]))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			if _, wanted := object[name]; !wanted && !(zeros && isZero(found[name])) {
				all = append(all, fmt.Sprintf("%s.%s is %v, want nothing", at, name, found[name]))
			}
		}
		return all
	}
	list, wantsList := want.([]any)
	elements, isList := got.([]any)
	if wantsList && isList && len(elements) == len(list) {
		for i := range list {
			all = append(all, differences(fmt.Sprintf("%s[%d]", at, i), elements[i], list[i], zeros)...)
		}
		return all
	}
	if !reflect.DeepEqual(got, want) {
		all = append(all, fmt.Sprintf("%s is %v, want %v", at, got, want))
	}
	return all
}

// isZero reports whether a tree is what a zero value is encoded as.
func isZero(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			if !isZero(member) {
				return false
			}
		}
		return true
	case []any:
		return len(v) == 0
	case string:
		return v == "" || v == "0001-01-01T00:00:00Z"
	}
	return v == nil || v == false || v == 0.0
}
