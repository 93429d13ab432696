package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"net/http"
	"regexp"
	"strings"

	"github.com/gorilla/websocket"
)

// Who makes a run steers it: the answer has a key, and whoever has the key steers
// too. A run's id is made of its key, so that the server has nothing to keep: who
// comes back after it was restarted is known by the key, and nobody else can take
// the run's name.

// keyHeader carries a run's key with a request. A key is never part of an address,
// which ends up in logs.
const keyHeader = "Run-Key"

// newKey returns a key that nobody guesses.
func newKey() string { return strings.ToLower(rand.Text()) }

// idOf returns the id of the run that a key steers.
func idOf(key string) string {
	sum := sha256.Sum256([]byte("gnllviz run " + key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// steers says whether a key is that of a run.
func steers(id, key string) bool {
	return key != "" && subtle.ConstantTimeCompare([]byte(idOf(key)), []byte(id)) == 1
}

// runID is what the ids of runs are like.
var runID = regexp.MustCompile(`^[a-z2-7]{16}$`)

// keyProtocol stands before a run's key among the subprotocols that a websocket asks
// for: a web page can send no header with one. The server chooses another of them.
const keyProtocol = "key."

// keyOf returns the key that a request brings, or nothing.
func keyOf(r *http.Request) string {
	if key := r.Header.Get(keyHeader); key != "" {
		return key
	}
	for _, p := range websocket.Subprotocols(r) {
		if key, ok := strings.CutPrefix(p, keyProtocol); ok {
			return key
		}
	}
	return ""
}

func requestSteers(r *http.Request) bool { return steers(r.PathValue("id"), r.Header.Get(keyHeader)) }
