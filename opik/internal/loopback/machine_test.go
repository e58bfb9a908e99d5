package loopback

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
)

func TestMachine(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "0.0.0.0": true, "::": true,
		"": false, "192.0.2.1": false, "2001:db8::1": false, "www.comet.com": false,
	} {
		if Machine(host) != want {
			t.Errorf("Machine(%q) = %v", host, !want)
		}
	}
	if name, err := os.Hostname(); err != nil || !Machine(strings.ToUpper(name)) {
		t.Errorf("the name of this machine is not known as such: %v", err)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if ip := netip.MustParsePrefix(a.String()).Addr().String(); !Machine(ip) {
			t.Errorf("%s is an address of this machine", ip)
		}
	}
}
