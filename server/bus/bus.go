// Package bus is a node's connection to NATS, and how streams and buckets are made there.
// It knows nothing of runs.
//
// Its functions may be called from any goroutine.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Config says where NATS is, and who we are there.
type Config struct {
	URLs  []string // nats://host:port or tls://host:port, one or more servers of one cluster
	Creds string   // a file with a user's JWT and seed, or empty
	Log   *slog.Logger
}

const (
	// pingEvery is the time between two pings; after the second without an answer the
	// connection counts as broken. A server that was stopped, or whose machine is gone,
	// says nothing else.
	pingEvery = 2 * time.Second
	mostPings = 2

	// retryEvery is the time between two attempts to connect, and connectTime is what one
	// may take.
	retryEvery  = 250 * time.Millisecond
	connectTime = 2 * time.Second

	// sayEvery is how often is said that there is no connection yet.
	sayEvery = 5 * time.Second
)

// Dial connects to the first of the servers that answers, and tries until the context ends.
// The connection reconnects for ever, to any server of the cluster. While it is broken
// nothing is kept to be sent later: what is published fails at once.
func Dial(ctx context.Context, c Config) (*nats.Conn, error) {
	options := []nats.Option{
		nats.Name("gnllviz"),
		nats.MaxReconnects(-1), nats.ReconnectWait(retryEvery), nats.ReconnectJitter(retryEvery, retryEvery), nats.ReconnectBufSize(-1),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(mostPings), nats.Timeout(connectTime),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			c.Log.Warn("NATS is away; trying to reconnect", "err", err)
		}),
		nats.ReconnectHandler(func(n *nats.Conn) {
			c.Log.Info("NATS is back", "server", n.ConnectedUrlRedacted())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			subject := ""
			if s != nil {
				subject = s.Subject
			}
			c.Log.Warn("NATS", "subject", subject, "err", err)
		}),
	}
	if c.Creds != "" {
		options = append(options, nats.UserCredentials(c.Creds))
	}
	said := time.Now()
	for {
		n, err := nats.Connect(strings.Join(c.URLs, ","), options...)
		switch {
		case err == nil:
			c.Log.Info("connected to NATS", "server", n.ConnectedUrlRedacted(), "cluster", n.ConnectedClusterName())
			return n, nil
		case forGood(err):
			return nil, fmt.Errorf("NATS does not let us in: %w", err)
		}
		if now := time.Now(); now.Sub(said) >= sayEvery {
			said = now
			c.Log.Warn("waiting for NATS", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no NATS server answers at %s: %w", strings.Join(redacted(c.URLs), ", "), err)
		case <-time.After(retryEvery):
		}
	}
}

// forGood says whether an error stays however often one tries.
func forGood(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrNkeysNotSupported) || errors.Is(err, os.ErrNotExist)
}

// Check says what is wrong with an address of a server, or nothing.
func Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return fmt.Errorf("%q is not an address of a NATS server, such as nats://10.0.0.7:4222", address)
	case u.Scheme != "nats" && u.Scheme != "tls":
		return fmt.Errorf("%q must begin with nats:// or tls://", address)
	}
	return nil
}

// redacted returns addresses without their passwords.
func redacted(addresses []string) (shown []string) {
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil {
			a = u.Redacted()
		}
		shown = append(shown, a)
	}
	return shown
}
