package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

func TestInterruptedRunWritesNothing(t *testing.T) {
	tree := t.TempDir()
	if err := overlayBase(tree); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := cli.Run(ctx, []string{"generate", "-root", tree}, &stdout, &stderr)
	if want := "interrupted; nothing was written\n"; code != cli.Trouble || stdout.String() != "" || stderr.String() != want {
		t.Errorf("exit %d, printed %q and %q, want %q", code, &stdout, &stderr, want)
	}
	if _, err := os.Stat(filepath.Join(tree, "opik")); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}
