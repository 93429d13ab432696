package access

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestPeersAreAddressesAndNetworks(t *testing.T) {
	for remote, want := range map[string]string{
		"10.1.2.3:99":              "10.1.2.3",
		"[::ffff:10.1.2.3]:99":     "10.1.2.3",
		"[2001:db8:1:2:3:4:5:6]:9": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:9":         "fe80::/64",
		"@":                        "@", // a unix socket
	} {
		if got := Proxies(nil).PeerOf(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%s is counted as %s, want %s", remote, got, want)
		}
	}
}

// A declared proxy says whom it speaks for, and of what came through it nobody else does.
func TestForwardedAddresses(t *testing.T) {
	declared := []string{"10.0.0.0/8", "2001:db8:ff::/48", "::1", "127.0.0.1"}
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"10.1.2.3:9", nil, "10.1.2.3"},
		{"10.1.2.3:9", []string{"198.51.100.7"}, "198.51.100.7"},
		{"10.1.2.3:9", []string{"203.0.113.1, 198.51.100.7"}, "198.51.100.7"},               // the first was written by the second
		{"10.1.2.3:9", []string{"203.0.113.1,198.51.100.7 , 10.9.9.9"}, "198.51.100.7"},     // through two proxies
		{"10.1.2.3:9", []string{"203.0.113.1", "198.51.100.7", "10.9.9.9"}, "198.51.100.7"}, // in three lines
		{"10.1.2.3:9", []string{"10.7.7.7, 10.9.9.9"}, "10.7.7.7"},                          // all of the house
		{"10.1.2.3:9", []string{"198.51.100.7:51234"}, "198.51.100.7"},
		{"10.1.2.3:9", []string{"[2001:db8:1:2:3::4]:51234"}, "2001:db8:1:2::/64"},
		{"10.1.2.3:9", []string{"[2001:db8:1:2:3::4]"}, "2001:db8:1:2::/64"},
		{"10.1.2.3:9", []string{"2001:db8:1:2:3::4"}, "2001:db8:1:2::/64"},
		{"10.1.2.3:9", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		{"10.1.2.3:9", []string{"198.51.100.7, ::ffff:10.9.9.9"}, "198.51.100.7"},
		{"[2001:db8:ff:1::1]:9", []string{"198.51.100.7"}, "198.51.100.7"},
		{"[::1]:9", []string{"198.51.100.7"}, "198.51.100.7"},
		{"[::ffff:127.0.0.1]:9", []string{"198.51.100.7"}, "198.51.100.7"},
		// What cannot be read is the proxy's that passed it on.
		{"10.1.2.3:9", []string{""}, "10.1.2.3"},
		{"10.1.2.3:9", []string{"198.51.100.7, unknown"}, "10.1.2.3"},
		{"10.1.2.3:9", []string{"198.51.100.7, unknown, 10.9.9.9"}, "10.9.9.9"},
		{"10.1.2.3:9", []string{"198.51.100.7,"}, "10.1.2.3"},
		// Nobody else is believed.
		{"192.0.2.9:9", []string{"198.51.100.7"}, "192.0.2.9"},
		{"192.0.2.9:9", []string{"10.9.9.9"}, "192.0.2.9"},
		{"127.0.0.2:9", []string{"198.51.100.7"}, "127.0.0.2"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := Proxies(networks(t, declared...)).PeerOf(r); got != c.want {
			t.Errorf("%s for %q is counted as %s, want %s", c.remote, c.forwarded, got, c.want)
		}
		if got, alone := Proxies(nil).PeerOf(r), Proxies(nil).PeerOf(&http.Request{RemoteAddr: c.remote}); got != alone {
			t.Errorf("%s for %q, not declared, is counted as %s", c.remote, c.forwarded, got)
		}
	}
}

func TestProxiesAreAddressesOrNetworks(t *testing.T) {
	for text, want := range map[string]string{
		"10.1.2.3": "10.1.2.3/32", "10.1.2.3/8": "10.0.0.0/8", "::1": "::1/128", "2001:db8::1/32": "2001:db8::/32",
		"::ffff:10.1.2.3": "10.1.2.3/32", "::ffff:10.1.2.3/104": "10.0.0.0/8", "0.0.0.0/0": "0.0.0.0/0",
	} {
		if got := networks(t, text)[0].String(); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "nginx", "10.0.0.0/33", "10.0.0.0/-1", "10.1.2.3:80", "fe80::1%eth0", "::ffff:0.0.0.0/90", "10.0.0.0/8 "} {
		if p, err := ParseProxy(text); err == nil {
			t.Errorf("%q is read as %s", text, p)
		}
	}
}

func networks(t *testing.T, texts ...string) (list []netip.Prefix) {
	t.Helper()
	for _, text := range texts {
		p, err := ParseProxy(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}
