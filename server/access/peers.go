package access

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of those proxies whose word is taken for whom they speak.
// The zero value trusts nobody.
type Proxies []netip.Prefix

// ParseProxy reads an address or a network, such as 10.0.0.0/8, of proxies.
func ParseProxy(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("%.100q is neither an address nor a network such as 10.0.0.0/8", text)
	}
	if a := p.Addr(); a.Is4In6() {
		if p.Bits() < 96 {
			return p, fmt.Errorf("the network %s reaches beyond the IPv4 addresses; write it as IPv4", p)
		}
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), nil
}

// Trusts says whether an address is that of a proxy that was declared.
func (t Proxies) Trusts(a netip.Addr) bool {
	for _, p := range t {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// addressOf returns the address that a request is from: that of the connection, or
// where a declared proxy has passed it on, the last in X-Forwarded-For that is no such
// proxy. What stands before that one anybody may have written. It is not valid where
// the connection has no address, as that of a unix socket.
func (t Proxies) addressOf(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a := at.Addr().Unmap().WithZone("")
	if !t.Trusts(a) {
		return a
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		before, ok := parseHop(hop)
		if !ok {
			return a // the proxy that passed on such a thing answers for it
		}
		if a = before; !t.Trusts(a) {
			return a
		}
	}
	return a
}

// parseHop reads an address in X-Forwarded-For, to which some proxies add a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		at, err := netip.ParseAddrPort(text)
		if err != nil {
			return a, false
		}
		a = at.Addr()
	}
	return a.Unmap().WithZone(""), true
}

// PeerOf returns whom a request is counted for: an IPv4 address, or an IPv6
// network of 64 bits, of which one machine has all addresses.
func (t Proxies) PeerOf(r *http.Request) string {
	a := t.addressOf(r)
	if !a.IsValid() {
		return r.RemoteAddr
	}
	return PeerName(a)
}

// PeerName returns under what name an address is counted.
func PeerName(a netip.Addr) string {
	if a.Is4() {
		return a.String()
	}
	network, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return network.String()
}
