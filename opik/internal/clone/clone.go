// Package clone copies values with all that they point to.
package clone

import "reflect"

// Of returns a copy of a value that shares no memory with it: pointers, slices and
// maps are copied, too, and so is what interfaces hold. Functions, channels and
// fields that are not exported are shared. The value must hold no cycle.
func Of[T any](v T) T {
	out := v
	deepen(reflect.ValueOf(&out).Elem())
	return out
}

// deepen replaces what v refers to by copies. v can be set.
func deepen(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			to := reflect.New(v.Type().Elem())
			to.Elem().Set(v.Elem())
			deepen(to.Elem())
			v.Set(to)
		}
	case reflect.Interface:
		if !v.IsNil() {
			to := reflect.New(v.Elem().Type()).Elem()
			to.Set(v.Elem())
			deepen(to)
			v.Set(to)
		}
	case reflect.Slice:
		if !v.IsNil() {
			to := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(to, v)
			elements(to)
			v.Set(to)
		}
	case reflect.Array:
		elements(v)
	case reflect.Map:
		if !v.IsNil() {
			copyMap(v)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				deepen(f)
			}
		}
	}
}

// elements deepens the elements of a slice or an array, if they refer to anything.
func elements(v reflect.Value) {
	if plain(v.Type().Elem().Kind()) {
		return
	}
	for i := range v.Len() {
		deepen(v.Index(i))
	}
}

func copyMap(v reflect.Value) {
	to := reflect.MakeMapWithSize(v.Type(), v.Len())
	for from := v.MapRange(); from.Next(); {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(from.Value())
		deepen(value)
		to.SetMapIndex(from.Key(), value)
	}
	v.Set(to)
}

// plain reports whether values of a kind refer to nothing that could be changed.
func plain(k reflect.Kind) bool {
	return k >= reflect.Bool && k <= reflect.Complex128 || k == reflect.String
}
