//go:build !js

package api

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// Packed compresses answers, at little cost: runs train meanwhile, and a client that
// reads nothing holds the compressor's memory.
func Packed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		panic("api: " + err.Error()) // there is such a level
	}
	return wrap(next)
}
