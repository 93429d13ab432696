//go:build !js

package store

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// embedded is a nats-server in this process, without a port, and the folder it owns.
type embedded struct {
	folder *folder
	log    *slog.Logger
	nats   atomic.Pointer[server.Server] // nil when it could not be started
	mu     sync.Mutex
	found  []string // what was damaged in the folder, in words
}

// embed starts one on dir. It fails with *LockedError when another process has it.
func embed(dir string, log *slog.Logger) (*embedded, error) {
	folder, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	e := &embedded{folder: folder, log: log}
	if err := e.start(folder.clean); err != nil {
		return nil, errors.Join(err, e.stop())
	}
	if err := folder.stock(); err != nil {
		log.Warn("the disk is nearly full; make room, or delete runs", "error", err)
	}
	return e, nil
}

func (e *embedded) start(clean bool) error {
	found, err := repair(e.folder.dir, clean, e.log)
	e.mu.Lock()
	e.found = append(e.found, found...)
	e.mu.Unlock()
	if err != nil {
		return err
	}
	n, err := server.NewServer(&server.Options{
		ServerName:             "gnllviz",
		DontListen:             true,
		JetStream:              true,
		StoreDir:               filepath.Join(e.folder.dir, "nats"),
		SyncAlways:             true,
		SyncInterval:           tidyEvery,
		JetStreamMaxMemory:     1 << 20, // nothing is kept in memory
		JetStreamMaxStore:      1 << 50, // else it is a share of what is free now
		NoSigs:                 true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return err
	}
	l := &logger{log: e.log}
	n.SetLoggerV2(l, false, false, false)
	n.Start()
	e.nats.Store(n)
	if why := l.fatal.Load(); why != nil {
		return errors.New(*why)
	}
	if !n.ReadyForConnections(10*time.Second) || !n.JetStreamEnabled() {
		return errors.New("its nats-server does not start; the log says why")
	}
	return nil
}

func (e *embedded) connect(log *slog.Logger) (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(e.nats.Load()), nats.Name("gnllviz"), nats.NoReconnect(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			log.Warn("store", "error", err)
		}))
}

// health gives why JetStream has given up, or nil. After one failed write it takes no
// other, and does not answer, until it is started again.
func (e *embedded) health() error {
	n := e.nats.Load()
	if n == nil {
		return errors.New("its nats-server was stopped")
	}
	for _, e := range n.Healthz(&server.HealthzOptions{Details: true}).Errors {
		// It may also say that it does not take connections, when it has not had a
		// millisecond to look.
		if e.Type == server.HealthzErrorStream || e.Type == server.HealthzErrorJetStream {
			return errors.New(e.Error)
		}
	}
	return nil
}

// restart starts the nats-server again, if the folder can be written to.
func (e *embedded) restart() error {
	if err := e.folder.probe(); err != nil {
		return err
	}
	e.halt()
	return e.start(false)
}

// damaged says what was damaged in the folder, in words.
func (e *embedded) damaged() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.found)
}

func (e *embedded) halt() {
	if n := e.nats.Swap(nil); n != nil {
		n.Shutdown()
		n.WaitForShutdown()
	}
}

func (e *embedded) stop() error {
	closed := e.health() == nil
	e.halt()
	if closed {
		if err := e.folder.closed(); err != nil {
			e.log.Warn("the store is looked through when it is opened again", "error", err)
		}
	}
	return e.folder.close()
}

// logger has a nats-server speak to a slog.Logger.
type logger struct {
	log   *slog.Logger
	fatal atomic.Pointer[string] // the first thing for which it would have ended the process
}

func (l *logger) say(at func(string, ...any), format string, v []any) string {
	what := strings.TrimSpace(fmt.Sprintf(format, v...))
	at("nats: " + what)
	return what
}

func (l *logger) Noticef(format string, v ...any) { l.say(l.log.Debug, format, v) }
func (l *logger) Warnf(format string, v ...any)   { l.say(l.log.Warn, format, v) }
func (l *logger) Errorf(format string, v ...any)  { l.say(l.log.Error, format, v) }
func (l *logger) Debugf(format string, v ...any)  {}
func (l *logger) Tracef(format string, v ...any)  {}

func (l *logger) Fatalf(format string, v ...any) {
	what := l.say(l.log.Error, format, v)
	l.fatal.CompareAndSwap(nil, &what)
}
