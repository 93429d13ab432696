package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/gnllviz/gnllviz/server/problem"
)

// NewToken makes up a token of 128 random bits.
func NewToken() string { return strings.ToLower(rand.Text()) }

const (
	// How many wrong tokens a minute are answered as such, from one peer and from all
	// of them, where the token was chosen by somebody.
	PeerMistakes = 10
	AllMistakes  = 60

	// maxLogin bounds the body of a login.
	maxLogin = 4 << 10
)

// A Gate knows who may make and list runs: who brings the token, or the cookie
// that was given for it. Who has neither may still watch a run whose id is known.
type Gate struct {
	proxies Proxies
	log     *slog.Logger

	token [sha256.Size]byte // its hash, so that comparing does not tell its length
	open  bool              // there is no token
	made  bool              // NewToken made it: nobody guesses it, however often

	// session is the cookie's value. It is random, not made from the token alone: so
	// guessing cookies is no way to guess a token unhindered.
	session string
	cookie  string // the cookie's name
	shared  bool   // with other nodes

	mu          sync.Mutex // makes a look at the rations one piece
	mistakes    Quota
	allMistakes *rate.Limiter
	told        rate.Sometimes // of a wrong login, in the log
}

// NewGate returns a gate for a token, or without one for everybody. made says that
// NewToken made it.
func NewGate(token string, made bool, proxies Proxies, log *slog.Logger) *Gate {
	return &Gate{
		proxies: proxies, log: log,
		token: sha256.Sum256([]byte(token)), open: token == "", made: made,
		session: rand.Text(), cookie: "gnllviz",
		mistakes:    Quota{PerMinute: PeerMistakes},
		allMistakes: rate.NewLimiter(AllMistakes/60., AllMistakes),
		told:        rate.Sometimes{First: PeerMistakes, Interval: time.Minute / AllMistakes},
	}
}

// Share has nodes that know one secret, and were given one token, accept each other's
// cookies. It is called before there are requests. The session is an HMAC: who sees a cookie
// learns neither the secret nor the token, and without the secret no token can be tried
// against it. The cookie's name tells the cookies of others on the same machine from ours.
func (g *Gate) Share(secret []byte) {
	derive := func(what string) string {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte("gnllviz " + what + " "))
		h.Write(g.token[:])
		return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:20]))
	}
	g.session, g.shared = derive("session"), true
	g.cookie += "-" + derive("cookie")[:8]
}

// Cookie returns the name of the cookie.
func (g *Gate) Cookie() string { return g.cookie }

// Listen names the cookie after a port, as browsers do not tell ports apart, unless nodes
// share it, which have a port each. It is
// called before there are requests.
func (g *Gate) Listen(port string) {
	if !g.shared {
		g.cookie += "-" + port
	}
}

// check says whether the token is the right one. It always compares first, so that
// wrong tokens of others never delay the right one. After too many wrong ones it
// returns how long to wait before the next guess.
func (g *Gate) check(peer, token string) (ok bool, wait time.Duration) {
	hash := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(hash[:], g.token[:]) == 1 {
		return true, 0
	}
	if g.made {
		return false, 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	one, wait := g.mistakes.Take(peer, now)
	if wait > 0 {
		return false, wait
	}
	if _, wait = reserve(g.allMistakes, now); wait > 0 {
		one.CancelAt(now)
	}
	return false, wait
}

// A Checked says what another node of ours has found out about a request that it passes on.
type Checked struct {
	Member bool `json:"member,omitempty"` // its token or cookie is right, if it needs one
	Knows  bool `json:"knows,omitempty"`  // what Knows returned
}

type checkedKey struct{}

// WithChecked returns a context for a request that came from another node, by a way that is
// closed to all others.
func WithChecked(ctx context.Context, c Checked) context.Context {
	return context.WithValue(ctx, checkedKey{}, c)
}

func checked(r *http.Request) Checked {
	c, _ := r.Context().Value(checkedKey{}).(Checked)
	return c
}

// Knows says whether whoever sent a request may make and list runs without showing a
// token: there is none, or they have logged in. A token that comes along is not looked
// at, as the answer would tell whether it is the right one.
func (g *Gate) Knows(r *http.Request) bool {
	return g.open || checked(r).Knows || slices.ContainsFunc(r.CookiesNamed(g.cookie), func(c *http.Cookie) bool {
		return subtle.ConstantTimeCompare([]byte(c.Value), []byte(g.session)) == 1
	})
}

// Members answers only those who have logged in, or bring the token along.
func (g *Gate) Members(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if checked(r).Member || g.Knows(r) {
			next(w, r)
			return
		}
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			unauthorized(w, "enter the access token, or send it as Authorization: Bearer; it is in the address shown in the terminal where the server was started")
			return
		}
		switch ok, wait := g.check(g.proxies.PeerOf(r), token); {
		case wait > 0:
			problem.After(wait, http.StatusTooManyRequests, wrongTooOften).Answer(w)
		case !ok:
			unauthorized(w, wrongToken)
		default:
			next(w, r)
		}
	}
}

const (
	wrongToken    = "wrong token; the right one is in the address shown in the terminal where the server was started"
	wrongTooOften = "too many wrong tokens; wait a moment and try again"
)

func unauthorized(w http.ResponseWriter, detail string) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	problem.Answer(w, http.StatusUnauthorized, detail)
}

// Login gives the cookie for the token.
func (g *Gate) Login(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Token *string `json:"token"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxLogin)).Decode(&body)
	if err != nil || body.Token == nil {
		// The error would repeat what may be a token.
		problem.Answer(w, http.StatusBadRequest, `the body is not a JSON object such as {"token":"..."}`)
		return
	}
	if g.open {
		w.WriteHeader(http.StatusNoContent) // everybody is in
		return
	}
	peer := g.proxies.PeerOf(r)
	ok, wait := g.check(peer, *body.Token)
	if wait > 0 {
		problem.After(wait, http.StatusTooManyRequests, wrongTooOften).Answer(w)
		return
	}
	if !ok {
		g.told.Do(func() { g.log.Warn("a login with a wrong token", "peer", peer) })
		unauthorized(w, wrongToken)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: g.cookie, Value: g.session, Path: "/",
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: schemeOf(r) == "https",
	})
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}
