package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// socketOf returns the socket of the server that has the store in a folder.
func socketOf(dir string) string { return filepath.Join(dir, "gnllviz.sock") }

// stopTime is how long stop waits for answers before it cuts them off.
const stopTime = 2 * time.Second

// Serve has a handler answer on a socket in a store's folder, which this process alone may
// use, until stop is called. Where there can be no socket the log says so, and nothing
// else fails.
func Serve(dir string, h http.Handler, log *slog.Logger) (stop func()) {
	l, err := listen(socketOf(dir))
	if err != nil {
		log.Warn("gnllviz runs, backup and restore cannot reach this server while it is running", "err", err)
		return func() {}
	}
	return serve(l, h, log)
}

// serve answers on l until stop is called.
func serve(l net.Listener, h http.Handler, log *slog.Logger) (stop func()) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Warn("the operator is not answered any longer", "err", err)
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		if s.Shutdown(ctx) != nil {
			_ = s.Close() // that a client is cut off is no failure of ours
		}
		<-ended
	}
}

// listen listens on a socket for its owner alone. What is there already is of a process
// that has ended, as the folder is ours.
func listen(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on the socket %s: %w", path, because(path, err))
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// longestPath is how long the path of a socket can be on every system.
const longestPath = 103

// because says what is the matter with a path, where the system does not.
func because(path string, err error) error {
	if len(path) > longestPath {
		return fmt.Errorf("its path of %d bytes is too long for this system (%w); a shorter --store folder helps", len(path), err)
	}
	return err
}
