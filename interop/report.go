package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/opik-go/sdk/opik/opiktest"
)

// report collects outcomes.
type report struct{ all []outcome }

func (r *report) add(o ...outcome) { r.all = append(r.all, o...) }

// print writes a line for each way, then the sums by direction.
func (r *report) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	type sum struct{ passed, failed, unsupported int }
	sums := map[string]*sum{}
	var order []string
	for _, o := range r.all {
		direction := o.from + " → " + cmp.Or(o.to, "all")
		if sums[direction] == nil {
			sums[direction] = &sum{}
			order = append(order, direction)
		}
		result := "equal"
		reason, unsupported := reasonOf(o.err)
		switch {
		case o.err == nil:
			sums[direction].passed++
		case unsupported:
			sums[direction].unsupported++
			result = "not supported: " + reason
		default:
			sums[direction].failed++
			result = "DIFFERS: " + strings.ReplaceAll(o.err.Error(), "\n", "\n\t\t  ")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", o.testCase, direction, result)
	}
	fmt.Fprintf(table, "\ndirection\tequal\tdiffers\tnot supported by a client\n")
	for _, direction := range order {
		s := sums[direction]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", direction, s.passed, s.failed, s.unsupported)
	}
	if err := table.Flush(); err != nil {
		fmt.Fprintln(w, err)
	}
}

// failure is an error if anything differs, or if nothing was compared.
func (r *report) failure() error {
	passed, failed := 0, 0
	for _, o := range r.all {
		if _, unsupported := reasonOf(o.err); o.err == nil {
			passed++
		} else if !unsupported {
			failed++
		}
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d ways differ", failed, len(r.all))
	case passed == 0:
		return errors.New("nothing was compared")
	}
	return nil
}

// printUnserved lists what clients asked for in vain, and what the backend never
// serves.
func printUnserved(w io.Writer, backend *opiktest.Backend) {
	seen := map[string]int{}
	for _, r := range backend.Requests() {
		if r.Operation == "" || r.Status == http.StatusNotImplemented {
			seen[fmt.Sprintf("%s %s: %d", r.Method, r.Path, r.Status)]++
		}
	}
	if len(seen) == 0 {
		fmt.Fprintln(w, "\nThe embedded backend served everything that was asked of it.")
	} else {
		fmt.Fprintln(w, "\nAsked for, and not served by the embedded backend:")
		for _, call := range slices.Sorted(maps.Keys(seen)) {
			fmt.Fprintf(w, "  %s (%d times)\n", call, seen[call])
		}
	}
	byReason := map[string][]string{}
	for operation, reason := range backend.Unserved() {
		byReason[reason] = append(byReason[reason], operation)
	}
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		operations := slices.Sorted(slices.Values(byReason[reason]))
		fmt.Fprintf(w, "Never served, because %s: %s\n", reason, strings.Join(operations, ", "))
	}
}
