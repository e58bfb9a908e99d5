// Command opikgen generates the SDK from Opik's contract and the templates. Run
// it without arguments for the list of its verbs.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/opik-go/sdk/generator/internal/cli"
)

func main() {
	cli.Tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
