package server

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// origins are those of pages that the server trusts as its own, besides the one by
// which a request calls it: a proxy may have changed that.
type origins []string

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

// hosts returns the names of the origins: under these the server may be called.
func (o origins) hosts() []string {
	var names []string
	for _, origin := range o {
		_, host, _ := strings.Cut(origin, "://")
		names = append(names, hostname(host))
	}
	return names
}

// allow accepts a request from pages of this very server and of the origins, and from
// programs, which send no Origin.
func (o origins) allow(r *http.Request) bool {
	sent := r.Header.Values("Origin")
	return len(sent) == 0 || len(sent) == 1 && o.trust(r, sent[0])
}

// trust says whether a page of an origin may do what the request does.
func (o origins) trust(r *http.Request, origin string) bool {
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

// A proxyRefusal is a problem document about what a request lost or got on its way,
// mostly in a proxy.
type proxyRefusal struct {
	refusal
	Code           string   `json:"code"`              // origin_refused, host_unknown or upgrade_missing
	Host           string   `json:"host"`              // as it reached the server
	Scheme         string   `json:"scheme"`            // by which the server takes itself to be called
	Origin         string   `json:"origin,omitempty"`  // of the page
	ForwardedHost  string   `json:"x_forwarded_host"`  // empty where the proxy says none
	ForwardedProto string   `json:"x_forwarded_proto"` // ditto
	Needs          []string `json:"needs"`             // the headers that the proxy must pass as the browser sends them
	Flag           string   `json:"flag,omitempty"`    // of gnllviz, that helps instead
}

func newProxyRefusal(r *http.Request, status int, code, origin string) *proxyRefusal {
	return &proxyRefusal{
		refusal: *refuse(status, ""), Code: code, Host: r.Host, Scheme: schemeOf(r), Origin: origin,
		ForwardedHost: r.Header.Get("X-Forwarded-Host"), ForwardedProto: r.Header.Get("X-Forwarded-Proto"),
	}
}

// refuseOrigin says what a proxy must pass on for pages of an origin.
func refuseOrigin(r *http.Request, origin string) *proxyRefusal {
	e := newProxyRefusal(r, http.StatusForbidden, "origin_refused", origin)
	scheme, host, ok := strings.Cut(origin, "://")
	if !ok {
		e.Detail = fmt.Sprintf("pages of the origin %.100q are not served here", origin)
		return e
	}
	var pass []string
	if !strings.EqualFold(host, r.Host) {
		e.Needs = append(e.Needs, "Host")
		pass = append(pass, "Host with its port (nginx: proxy_set_header Host $http_host;)")
	}
	if scheme != e.Scheme {
		e.Needs = append(e.Needs, "X-Forwarded-Proto")
		pass = append(pass, "X-Forwarded-Proto (nginx: proxy_set_header X-Forwarded-Proto $scheme;)")
	}
	e.Flag = "--origin " + origin
	e.Detail = fmt.Sprintf("the page is at %.100s, but its request reached gnllviz as %.100s. A proxy between them must pass %s; or start gnllviz with %.110s",
		origin, calledBy(r), strings.Join(pass, " and "), e.Flag)
	return e
}

// refuseUpgrade is for a request that was a websocket's before a proxy took its
// Upgrade off.
func refuseUpgrade(r *http.Request) *proxyRefusal {
	e := newProxyRefusal(r, http.StatusBadRequest, "upgrade_missing", r.Header.Get("Origin"))
	e.Needs = []string{"Upgrade", "Connection"}
	e.Detail = "the websocket's request came without its Upgrade. A proxy must pass Upgrade and Connection, by HTTP/1.1 " +
		`(nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";)`
	return e
}

// refuseHost is for a request that calls the server by a name that is not its own.
func refuseHost(r *http.Request) *proxyRefusal {
	e := newProxyRefusal(r, http.StatusMisdirectedRequest, "host_unknown", r.Header.Get("Origin"))
	e.Flag = "--host " + hostname(r.Host)
	e.Detail = fmt.Sprintf("this server is not called %.100q; start it with --host to add a name, or behind a proxy with --origin and the page's address", hostname(r.Host))
	return e
}

// refuseProxied answers with the refusal, and logs it, each kind once a while.
func (s *Server) refuseProxied(w http.ResponseWriter, r *http.Request, e *proxyRefusal) {
	if s.refusals.isNew(e.Code + " " + e.Host + " " + e.Scheme + " " + e.Origin) {
		s.log.Warn("request refused", "code", e.Code, "path", r.URL.Path, "Host", e.Host, "Origin", e.Origin,
			"X-Forwarded-Host", e.ForwardedHost, "X-Forwarded-Proto", e.ForwardedProto, "X-Forwarded-For", r.Header.Get("X-Forwarded-For"),
			slog.String("cure", e.Detail))
	}
	b, err := json.Marshal(e)
	if err != nil {
		panic("server: encoding a refusal: " + err.Error())
	}
	answerProblem(w, e.Status, b)
}

// getConnection tells a page whether its websocket would be let in, as browsers do
// not say why one was refused.
func (s *Server) getConnection(w http.ResponseWriter, r *http.Request) {
	if origin := r.URL.Query().Get("origin"); origin != "" && !s.origins.trust(r, origin) {
		s.refuseProxied(w, r, refuseOrigin(r, origin))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// denied answers a request that another origin's page has made.
func (s *Server) denied(w http.ResponseWriter, r *http.Request) {
	s.refuseProxied(w, r, refuseOrigin(r, r.Header.Get("Origin")))
}

// sightings remember what was seen lately, and bound how often there is news. The
// zero value is ready.
type sightings struct {
	mu      sync.Mutex
	seen    map[string]time.Time
	limiter *rate.Limiter
}

const (
	sightingTime = 10 * time.Minute // after which the same is news again
	maxSightings = 1000
)

// isNew says whether something was not seen for a while.
func (s *sightings) isNew(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen, s.limiter = map[string]time.Time{}, rate.NewLimiter(1, 20)
	}
	now := time.Now()
	if at, ok := s.seen[what]; ok && now.Sub(at) < sightingTime || !s.limiter.AllowN(now, 1) {
		return false
	}
	if len(s.seen) >= maxSightings {
		clear(s.seen)
	}
	s.seen[what] = now
	return true
}
