package edge

import (
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

// Whoever reads nothing is given up when the first piece should have been sent, not
// when all of the file should have been.
func TestWhoReadsNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, conn := net.Pipe()
		defer client.Close()
		sent := make(chan struct{})
		served := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(sent)
			if _, err := newAnswer(w).Write(make([]byte, 64*PieceBytes)); !errors.Is(err, problem.ErrNotSent) {
				t.Errorf("it ended with %v", err)
			}
		})}
		defer served.Close()
		l := &oneConn{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
		l.conn <- conn
		go served.Serve(l)
		begun := time.Now() // of the bubble, where time passes only while all wait
		if _, err := client.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		<-sent
		if took, most := time.Since(begun), WriteTime+PieceBytes*time.Second/SlowestDownload; took > most {
			t.Errorf("its turn ended after %v, not %v", took, most)
		}
	})
}

// A oneConn is a listener for one connection.
type oneConn struct {
	conn   chan net.Conn
	closed chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *oneConn) Close() error   { close(l.closed); return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }
