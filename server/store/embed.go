package store

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// embedded is a nats-server in this process, without a port, and the folder it owns.
type embedded struct {
	nats   *server.Server
	folder *folder
}

// embed starts one on dir. It fails with *LockedError when another process has it.
func embed(dir string, log *slog.Logger) (*embedded, error) {
	folder, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	n, err := server.NewServer(&server.Options{
		ServerName:             "gnllviz",
		DontListen:             true,
		JetStream:              true,
		StoreDir:               filepath.Join(dir, "nats"),
		SyncAlways:             true,
		JetStreamMaxMemory:     1 << 20, // nothing is kept in memory
		JetStreamMaxStore:      1 << 50, // else it is a share of what is free now
		NoSigs:                 true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, errors.Join(err, folder.close())
	}
	n.SetLoggerV2(logger{log}, false, false, false)
	n.Start()
	e := &embedded{n, folder}
	if !n.ReadyForConnections(10 * time.Second) {
		return nil, errors.Join(errors.New("the store's nats-server does not start; its log says why"), e.stop())
	}
	if !n.JetStreamEnabled() {
		return nil, errors.Join(errors.New("the store's nats-server cannot use its files; its log says why"), e.stop())
	}
	return e, nil
}

func (e *embedded) connect(log *slog.Logger) (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(e.nats), nats.Name("gnllviz"), nats.NoReconnect(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			log.Warn("store", "error", err)
		}))
}

func (e *embedded) stop() error {
	e.nats.Shutdown()
	e.nats.WaitForShutdown()
	return e.folder.close()
}

// logger has a nats-server speak to a slog.Logger.
type logger struct{ log *slog.Logger }

func (l logger) say(at func(string, ...any), format string, v []any) {
	at("nats: " + strings.TrimSpace(fmt.Sprintf(format, v...)))
}

func (l logger) Noticef(format string, v ...any) { l.say(l.log.Debug, format, v) }
func (l logger) Warnf(format string, v ...any)   { l.say(l.log.Warn, format, v) }
func (l logger) Fatalf(format string, v ...any)  { l.say(l.log.Error, format, v) }
func (l logger) Errorf(format string, v ...any)  { l.say(l.log.Error, format, v) }
func (l logger) Debugf(format string, v ...any)  {}
func (l logger) Tracef(format string, v ...any)  {}
