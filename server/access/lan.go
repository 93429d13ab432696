package access

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/server/problem"
)

// A Reach says where a server's machine can be reached.
type Reach struct {
	Every     bool     `json:"every" doc:"The server listens on every address of the machine, so that these lead to it."`
	Port      string   `json:"port" doc:"On which the server listens."`
	Addresses []string `json:"addresses" doc:"The machine's addresses in its networks: those to which the server may listen, whether or not it does."`
}

// Reach answers where others on the network reach the server's machine, to pages and
// programs of that machine alone: nobody else is told its addresses.
func (h *Hosts) Reach(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r) {
		problem.Answer(w, http.StatusForbidden, "only the server's own machine is told its addresses; ask at http://localhost")
		return
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	at := Reach{Every: h.every, Addresses: []string{}}
	if local != nil {
		_, at.Port, _ = net.SplitHostPort(local.String())
	}
	all, _ := net.InterfaceAddrs() // without them there are none to tell
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			at.Addresses = append(at.Addresses, n.IP.String())
		}
	}
	// What people can type comes first: IPv4, and of the others the short ones.
	slices.SortStableFunc(at.Addresses, func(a, b string) int {
		six := func(s string) int { return strings.Count(s, ":") }
		return cmp.Or(cmp.Compare(min(six(a), 1), min(six(b), 1)), cmp.Compare(len(a), len(b)))
	})
	b, err := json.Marshal(at)
	if err != nil {
		panic("access: encoding addresses: " + err.Error()) // they are text
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(b, '\n'))
}

// fromHere says whether a request is from the server's own machine, and came no other way:
// a proxy on the machine says for whom it asks, or calls the server by another name.
func fromHere(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	name := hostname(r.Host)
	return err == nil && net.ParseIP(peer).IsLoopback() && (name == "localhost" || net.ParseIP(name).IsLoopback())
}
