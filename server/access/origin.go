package access

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Origins are those of pages that the server trusts as its own, besides the one by
// which a request calls it: a proxy may have changed that.
type Origins []string

// ParseOrigin reads the origin of a page, such as https://lab.example or
// http://10.0.0.7:8080: a scheme, a host, and the port unless it is the scheme's own.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(strings.TrimSuffix(text, "/")))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Scheme+"://"+u.Host != u.String() {
		return "", fmt.Errorf("%.100q is not an origin such as https://lab.example", text)
	}
	// Browsers leave out the scheme's own port.
	return u.Scheme + "://" + strings.TrimSuffix(u.Host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme]), nil
}

// Hosts returns the names of the origins: under these the server may be called.
func (o Origins) Hosts() []string {
	var names []string
	for _, origin := range o {
		_, host, _ := strings.Cut(origin, "://")
		names = append(names, hostname(host))
	}
	return names
}

// Allow accepts a request from pages of this very server and of the origins, and from
// programs, which send no Origin.
func (o Origins) Allow(r *http.Request) bool {
	sent := r.Header.Values("Origin")
	return len(sent) == 0 || len(sent) == 1 && o.trust(r, sent[0])
}

// trust says whether a page of an origin may do what the request does.
func (o Origins) trust(r *http.Request, origin string) bool {
	origin = strings.ToLower(origin)
	return origin == calledBy(r) || slices.Contains(o, origin)
}

// calledBy returns the origin by which a request calls the server.
func calledBy(r *http.Request) string { return schemeOf(r) + "://" + strings.ToLower(r.Host) }

// schemeOf returns the scheme of the address in the browser. A proxy that takes
// TLS off says so in a header, which a web page cannot set on a websocket, nor on
// another origin's request without its leave.
func schemeOf(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https"
	}
	return "http"
}
