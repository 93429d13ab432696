package access

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/gnllviz/gnllviz/server/problem"
)

// A refusal is a problem document about what a request lost or got on its way,
// mostly in a proxy.
type refusal struct {
	problem.Problem
	Code           string   `json:"code"`              // origin_refused, host_unknown or upgrade_missing
	Host           string   `json:"host"`              // as it reached the server
	Scheme         string   `json:"scheme"`            // by which the server takes itself to be called
	Origin         string   `json:"origin,omitempty"`  // of the page
	ForwardedHost  string   `json:"x_forwarded_host"`  // empty where the proxy says none
	ForwardedProto string   `json:"x_forwarded_proto"` // ditto
	Needs          []string `json:"needs"`             // the headers that the proxy must pass as the browser sends them
	Flag           string   `json:"flag,omitempty"`    // of gnllviz, that helps instead
}

func newRefusal(r *http.Request, status int, code, origin string) *refusal {
	return &refusal{
		Problem: *problem.New(status, ""), Code: code, Host: r.Host, Scheme: schemeOf(r), Origin: origin,
		ForwardedHost: r.Header.Get("X-Forwarded-Host"), ForwardedProto: r.Header.Get("X-Forwarded-Proto"),
	}
}

// refuseOrigin says what a proxy must pass on for pages of an origin.
func refuseOrigin(r *http.Request, origin string) *refusal {
	e := newRefusal(r, http.StatusForbidden, "origin_refused", origin)
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
func refuseUpgrade(r *http.Request) *refusal {
	e := newRefusal(r, http.StatusBadRequest, "upgrade_missing", r.Header.Get("Origin"))
	e.Needs = []string{"Upgrade", "Connection"}
	e.Detail = "the websocket request came without its header Upgrade. A proxy must pass Upgrade and Connection, by HTTP/1.1 " +
		`(nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";)`
	return e
}

// refuseHost is for a request that calls the server by a name that is not its own.
func refuseHost(r *http.Request) *refusal {
	e := newRefusal(r, http.StatusMisdirectedRequest, "host_unknown", r.Header.Get("Origin"))
	e.Flag = "--host " + hostname(r.Host)
	e.Detail = fmt.Sprintf("this server is not called %.100q; start it with --host to add a name, or behind a proxy with --origin and the page's address", hostname(r.Host))
	return e
}

// A Door turns away those who may not speak to the server at all, tells them and the
// log why, and what a proxy on the way must pass on. The log hears of each kind once a
// while.
type Door struct {
	hosts   *Hosts
	origins Origins
	log     *slog.Logger
	seen    sightings
}

// NewDoor returns a door for those who call the server by its hosts, from pages of its
// own or of the origins.
func NewDoor(hosts *Hosts, origins Origins, log *slog.Logger) *Door {
	return &Door{hosts: hosts, origins: origins, log: log}
}

// Lets says whether the request calls the server by a name of its own; where it does
// not it has been answered.
func (d *Door) Lets(w http.ResponseWriter, r *http.Request) bool {
	if d.hosts.Called(r) {
		return true
	}
	d.answer(w, r, refuseHost(r))
	return false
}

// Allows accepts a request from pages of this very server and of the origins, and from
// programs, which send no Origin.
func (d *Door) Allows(r *http.Request) bool { return d.origins.Allow(r) }

// Deny answers a request that another origin's page has made.
func (d *Door) Deny(w http.ResponseWriter, r *http.Request) {
	d.answer(w, r, refuseOrigin(r, r.Header.Get("Origin")))
}

// DenyUpgrade answers a request that was a websocket's before a proxy took its Upgrade
// off.
func (d *Door) DenyUpgrade(w http.ResponseWriter, r *http.Request) { d.answer(w, r, refuseUpgrade(r)) }

// Connection tells a page whether its websocket would be let in, as browsers do not say
// why one was refused.
func (d *Door) Connection(w http.ResponseWriter, r *http.Request) {
	if origin := r.URL.Query().Get("origin"); origin != "" && !d.origins.trust(r, origin) {
		d.answer(w, r, refuseOrigin(r, origin))
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// TurnAway answers a viewer for whom a limit leaves no seat. Which flag raises it is for
// whoever runs the server, and stands in the log.
func (d *Door) TurnAway(w http.ResponseWriter, e *LimitError) {
	if d.seen.isNew("full " + e.Flag) {
		d.log.Warn("viewer refused", "limit", "--"+e.Flag, "why", e.Detail)
	}
	e.Problem().Answer(w)
}

// answer answers with the refusal, and logs it.
func (d *Door) answer(w http.ResponseWriter, r *http.Request, e *refusal) {
	if d.seen.isNew(e.Code + " " + e.Host + " " + e.Scheme + " " + e.Origin) {
		d.log.Warn("request refused", "code", e.Code, "path", r.URL.Path, "Host", e.Host, "Origin", e.Origin,
			"X-Forwarded-Host", e.ForwardedHost, "X-Forwarded-Proto", e.ForwardedProto, "X-Forwarded-For", r.Header.Get("X-Forwarded-For"),
			slog.String("cure", e.Detail))
	}
	problem.AnswerWith(w, e.Status, e)
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
