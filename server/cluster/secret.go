//go:build !js

package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/gnllviz/gnllviz/server/bus"
)

// secretBytes is the length of a secret that nobody guesses.
const secretBytes = 32

// Secret returns 32 random bytes that all nodes know, and nobody who cannot read the
// cluster's buckets, and so its runs, anyway. They stay the same while the bucket is there.
func (n *Node) Secret() []byte { return n.secret }

// readSecret returns the cluster's secret, which the first node makes.
func readSecret(ctx context.Context, conn *nats.Conn, js jetstream.JetStream) ([]byte, error) {
	secrets, err := bus.Bucket(ctx, conn, js, jetstream.KeyValueConfig{Bucket: "secrets", History: 1, Storage: jetstream.FileStorage})
	if err != nil {
		return nil, err
	}
	const key = "shared"
	fresh := make([]byte, secretBytes)
	rand.Read(fresh) // never fails
	for {
		_, err := secrets.Create(ctx, key, fresh)
		if err == nil {
			return fresh, nil
		}
		e, there := secrets.Get(ctx, key) // another node was first, or nobody answers yet
		if there == nil {
			return e.Value(), nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, there)
		case <-time.After(secretWait):
		}
	}
}

// secretWait is the time between two attempts to read it.
const secretWait = 250 * time.Millisecond
