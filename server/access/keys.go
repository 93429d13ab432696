package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"net/http"
	"strings"
)

// Who makes a run steers it: the answer has a key, and whoever has the key steers
// too. A run's id is made of its key, so that the server has nothing to keep: who
// comes back after it was restarted is known by the key, and nobody else can take
// the run's name.

// KeyHeader carries a run's key with a request. A key is never part of an address,
// which ends up in logs.
const KeyHeader = "Run-Key"

// NewKey returns a key that nobody guesses.
func NewKey() string { return strings.ToLower(rand.Text()) }

// IDOf returns the id of the run that a key steers.
func IDOf(key string) string {
	sum := sha256.Sum256([]byte("gnllviz run " + key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// Steers says whether a key is that of a run.
func Steers(id, key string) bool {
	return key != "" && subtle.ConstantTimeCompare([]byte(IDOf(key)), []byte(id)) == 1
}

// RunID is what the ids of runs are like, as a regular expression.
const RunID = `^[a-z2-7]{16}$`

// IsRunID says whether a text is like the id of a run.
func IsRunID(id string) bool {
	return len(id) == 16 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// keyProtocol stands before a run's key among the subprotocols that a websocket asks
// for: a web page can send no header with one. The server chooses another of them.
const keyProtocol = "key."

// KeyOf returns the key that a request brings, or nothing.
func KeyOf(r *http.Request) string {
	if key := r.Header.Get(KeyHeader); key != "" {
		return key
	}
	for _, p := range Subprotocols(r) {
		if key, ok := strings.CutPrefix(p, keyProtocol); ok {
			return key
		}
	}
	return ""
}

// Subprotocols returns those that a websocket's request asks for.
func Subprotocols(r *http.Request) []string {
	h := strings.TrimSpace(r.Header.Get("Sec-Websocket-Protocol"))
	if h == "" {
		return nil
	}
	list := strings.Split(h, ",")
	for i, p := range list {
		list[i] = strings.TrimSpace(p)
	}
	return list
}

// RequestSteers says whether a request about a run brings its key as a header.
func RequestSteers(r *http.Request) bool { return Steers(r.PathValue("id"), r.Header.Get(KeyHeader)) }
