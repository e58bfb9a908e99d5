package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// profiled runs a verb, and writes the profiles that were asked for.
func (r *run) profiled(cpu, memory string, do func(*run) int) int {
	code, err := Trouble, error(nil)
	if cpu == "" {
		code = do(r)
	} else {
		err = writeProfile(cpu, func(w io.Writer) error {
			if err := pprof.StartCPUProfile(w); err != nil {
				return err
			}
			code = do(r)
			pprof.StopCPUProfile()
			return nil
		})
	}
	if err == nil && memory != "" {
		err = writeProfile(memory, func(w io.Writer) error {
			runtime.GC() // brings the figures up to date
			return pprof.Lookup("allocs").WriteTo(w, 0)
		})
	}
	if err != nil {
		fmt.Fprintln(r.stderr, "opikgen: profile:", err)
		return Trouble
	}
	return code
}

func writeProfile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %w", path, diag.WithoutPath(err))
	}
	return errors.Join(write(f), f.Close())
}
