package loopback

import (
	"net"
	"net/netip"
	"os"
	"strings"
)

// Machine reports whether host is this machine by any of its addresses or names: what
// [Host] says, an address of one of its interfaces, the unspecified address, or the name
// that the system has. It asks no name server, so that it misses other names.
func Machine(host string) bool {
	if Host(host) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		name, err := os.Hostname()
		return err == nil && name != "" && strings.EqualFold(host, name)
	}
	ip = ip.Unmap().WithZone("")
	if ip.IsUnspecified() {
		return true
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap().WithZone("") == ip {
			return true
		}
	}
	return false
}
