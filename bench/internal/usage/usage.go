// Package usage tells what a process has used of the machine.
package usage

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// CPU returns the processor time of the process, in user and in system mode.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only for wrong arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Memory returns what of the process is in memory now, and the most that it was, in
// bytes. It reads /proc, which is Linux's.
func Memory() (now, peak int64, err error) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, err
	}
	if now, err = field(string(data), "VmRSS:"); err != nil {
		return 0, 0, err
	}
	peak, err = field(string(data), "VmHWM:")
	return now, peak, err
}

func field(status, name string) (int64, error) {
	for line := range strings.Lines(status) {
		if value, ok := strings.CutPrefix(line, name); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no %s", name)
}

// Files returns how many files the process has open. It reads /proc, which is Linux's.
func Files() (int, error) {
	entries, err := os.ReadDir("/proc/self/fd")
	return max(len(entries)-1, 0), err // one is the directory itself
}
