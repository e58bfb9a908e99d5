package opik

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// defaultSignalTimeout is less than the ten seconds that container runtimes wait
// between asking a process to end and killing it.
const defaultSignalTimeout = 5 * time.Second

// OnSignal closes the client when the process is asked to end: by the given signals,
// or by os.Interrupt and SIGTERM if none is given. Closing may take as long as
// timeout, or 5 s if that is not positive; see [Client.Close] for what becomes of the
// rest. After that the signal has the effect that it has without OnSignal: it ends
// the process, unless the program handles it elsewhere too. A second signal has that
// effect at once.
//
// It is for programs that do not handle signals themselves. One that does, to stop a
// server for instance, should call Close when the server has stopped: what is recorded
// after Close is lost. Nothing runs when a program ends by os.Exit, log.Fatal or a
// panic, nor by SIGKILL; only [WithSpool] keeps records then.
//
// stop ends the watch without closing the client. It waits for a closing that is under
// way, and may be called again. OnSignal does not block, and does nothing for a nil
// client. On Windows, where a process cannot send itself an interrupt, the process
// ends with status 1 instead.
func OnSignal(client *Client, timeout time.Duration, signals ...os.Signal) (stop func()) {
	if client == nil {
		return func() {}
	}
	if timeout <= 0 {
		timeout = defaultSignalTimeout
	}
	if len(signals) == 0 {
		signals = []os.Signal{os.Interrupt, syscall.SIGTERM}
	}
	caught := make(chan os.Signal, 1)
	quit := make(chan struct{})
	ended := make(chan struct{})
	signal.Notify(caught, signals...)
	go func() {
		defer close(ended)
		select {
		case s := <-caught:
			// Before closing, so that a second signal is not caught.
			signal.Stop(caught)
			client.closeWithin(timeout)
			raise(s)
		case <-quit:
			signal.Stop(caught)
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() { close(quit) })
		<-ended
	}
}

// closeWithin closes the client and tells the logger if something was lost: nobody is
// there who could be told by an error.
func (c *Client) closeWithin(timeout time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if _, err := c.Close(ctx); err != nil {
		c.logger.Warn("opik: closing at a signal", "error", err)
	}
}

// raise sends a signal to this process.
func raise(s os.Signal) {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(s)
	}
	if err != nil {
		os.Exit(1)
	}
}
