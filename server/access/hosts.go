package access

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// Hosts are the names under which the server may be called. The check of the name is
// what stops DNS rebinding, where Origin and Host agree.
type Hosts struct {
	names map[string]bool
	every bool // it listens on every address of the machine
}

// NewHosts returns the loopback names, and others besides.
func NewHosts(others ...string) *Hosts {
	h := &Hosts{names: map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}}
	for _, name := range others {
		h.names[hostname(name)] = true
	}
	return h
}

// Listen makes the address listened on a name of the server, and if it is every
// address of the machine, the machine's name. An error says that the machine does
// not say its name; the others hold. It is called before there are requests.
func (h *Hosts) Listen(a net.Addr) error {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return nil
	}
	if !tcp.IP.IsUnspecified() {
		h.names[tcp.IP.String()] = true
		return nil
	}
	h.every = true
	name, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("the machine does not say its name: %w", err)
	}
	h.names[hostname(name)] = true
	return nil
}

// Called says whether the request calls the server by one of its names. Where
// it listens on every address, the one that the connection came in by is a name
// too, even one that the machine got after the start. A rebinding page cannot use
// it: its name is not an address.
func (h *Hosts) Called(r *http.Request) bool {
	name := hostname(r.Host)
	if h.names[name] {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return h.every && ok && name == local.IP.String()
}

// hostname returns a Host header's name without the port, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if name, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(name, "]")
	}
	return strings.ToLower(host)
}
