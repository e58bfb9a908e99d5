// Package loopback tells this machine from others.
package loopback

import (
	"net/netip"
	"strings"
)

// Host reports whether host, without a port or brackets, is this machine:
// localhost, a name below it, or a loopback address. It asks no name server.
func Host(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
