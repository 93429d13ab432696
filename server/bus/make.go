package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Replicas is how many servers keep each message where the cluster has as many.
const Replicas = 3

// patience is how long the cluster may need to know of all its servers before fewer
// replicas are made of what a smaller cluster keeps.
const patience = 10 * time.Second

// attemptTime is what one attempt to make something may take: without a leader nobody
// answers.
const attemptTime = 3 * time.Second

// Stream makes a stream, or finds it, with three replicas where the cluster has three
// servers. It waits, until the context ends, while the cluster has no leader yet.
func Stream(ctx context.Context, conn *nats.Conn, js jetstream.JetStream, c jetstream.StreamConfig) (jetstream.Stream, error) {
	return replicated(ctx, conn, js, c.Name, func(ctx context.Context, replicas int) (jetstream.Stream, error) {
		c.Replicas = replicas
		return js.CreateOrUpdateStream(ctx, c)
	})
}

// Bucket is Stream for a bucket of keys.
func Bucket(ctx context.Context, conn *nats.Conn, js jetstream.JetStream, c jetstream.KeyValueConfig) (jetstream.KeyValue, error) {
	return replicated(ctx, conn, js, "KV_"+c.Bucket, func(ctx context.Context, replicas int) (jetstream.KeyValue, error) {
		c.Replicas = replicas
		return js.CreateOrUpdateKeyValue(ctx, c)
	})
}

func replicated[T any](ctx context.Context, conn *nats.Conn, js jetstream.JetStream, name string, make func(ctx context.Context, replicas int) (T, error)) (T, error) {
	begun := time.Now()
	for {
		replicas := 1
		if conn.ConnectedClusterName() != "" {
			replicas = Replicas
			if small(conn) {
				had := have(ctx, js, name)
				if had == 1 || had == 0 && time.Since(begun) > patience {
					replicas = 1
				}
			}
		}
		attempt, cancel := context.WithTimeout(ctx, attemptTime)
		made, err := make(attempt, replicas)
		cancel()
		if err == nil {
			return made, nil
		}
		if api := (*jetstream.APIError)(nil); errors.As(err, &api) && !transient(err) {
			return made, fmt.Errorf("NATS does not make %s: %w", name, err)
		}
		select {
		case <-ctx.Done():
			return made, fmt.Errorf("NATS does not make %s: %w", name, err)
		case <-time.After(retryEvery):
		}
	}
}

// small says whether fewer servers are known than replicas are to be made.
func small(conn *nats.Conn) bool { return len(conn.Servers()) < Replicas }

// have returns how many replicas a stream has, or 0 where there is none.
func have(ctx context.Context, js jetstream.JetStream, name string) int {
	s, err := js.Stream(ctx, name)
	if err != nil {
		return 0
	}
	return s.CachedInfo().Config.Replicas
}

// Codes of answers by which JetStream says that it is not ready, or that the cluster does
// not know of enough servers yet.
const (
	noPeers      jetstream.ErrorCode = 10005
	notAvailable jetstream.ErrorCode = 10008
	notLeader    jetstream.ErrorCode = 10009
	noResources  jetstream.ErrorCode = 10023
	offline      jetstream.ErrorCode = 10118
)

// transient says whether an answer of JetStream may be another one soon.
func transient(err error) bool {
	api := (*jetstream.APIError)(nil)
	if errors.As(err, &api) {
		switch api.ErrorCode {
		case noPeers, notAvailable, notLeader, noResources, offline:
			return true
		}
		return api.Code >= 500
	}
	return true // it is none
}

// Conflict says whether a write was refused because the last message of its subject is
// another than the one that it was to follow.
func Conflict(err error) bool {
	if errors.Is(err, jetstream.ErrKeyExists) {
		return true
	}
	api := (*jetstream.APIError)(nil)
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}
