package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// normal brings a value to the form that is compared: null is the same as absent,
// and a time the same in every time zone and precision down to milliseconds,
// which is what all clients can express.
func normal(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for key, value := range v {
			if value != nil {
				m[key] = normal(key, value)
			}
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = normal("", v[i])
		}
		return list
	case string:
		if strings.HasSuffix(name, "_time") {
			if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return t.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
			}
		}
	}
	return v
}

// difference says where two normal values differ first. Objects at a path of extra
// may have the members named there besides.
func difference(extra map[string][]string, path []string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			value, found := got[key]
			if !found {
				return fmt.Errorf("%s is missing, not %s", place(path, key), text(want[key]))
			}
			if err := difference(extra, append(path, key), want[key], value); err != nil {
				return err
			}
		}
		for _, key := range slices.Sorted(maps.Keys(got)) {
			if _, known := want[key]; !known && !mayHave(extra, path, key) {
				return fmt.Errorf("%s should not be there: %s", place(path, key), text(got[key]))
			}
		}
		return nil
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			break
		}
		for i := range want {
			if err := difference(extra, append(path, strconv.Itoa(i)), want[i], got[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if reflect.DeepEqual(want, got) {
		return nil
	}
	return fmt.Errorf("%s is %s, not %s", place(path), text(got), text(want))
}

// mayHave reports whether extra allows the member. A name that ends in * allows all
// that begin like it.
func mayHave(extra map[string][]string, path []string, key string) bool {
	for pattern, names := range extra {
		parts := strings.Split(pattern, ".")
		if len(parts) != len(path) || !slices.EqualFunc(parts, path, func(p, s string) bool { return p == "*" || p == s }) {
			continue
		}
		for _, name := range names {
			prefix, open := strings.CutSuffix(name, "*")
			if name == key || open && strings.HasPrefix(key, prefix) {
				return true
			}
		}
	}
	return false
}

func place(path []string, more ...string) string {
	if all := append(slices.Clone(path), more...); len(all) > 0 {
		return strings.Join(all, ".")
	}
	return "the document"
}

// text shows a value in a message.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(b) > 300 {
		return string(b[:300]) + "…"
	}
	return string(b)
}
