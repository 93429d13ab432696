//go:build long

package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Three attackers are beside the soak, each of a kind and from an address of its own.
// They stop with it.
func (k *soak) attack(x *subject) {
	k.work.Go(func() { k.askWithoutReading(x, "127.0.90.1") })
	k.work.Go(func() { k.askWithoutEnd(x, "127.0.90.2") })
	k.work.Go(func() { k.sayHalf("127.0.90.3") })
}

// askWithoutReading has up to 100 connections at a time that ask for long answers and read
// none of them.
func (k *soak) askWithoutReading(x *subject, address string) {
	paths := []string{"history", "recipe", "curve?curve=batch_loss&pixels=8192", "export?format=json", "state", "export?format=zip"}
	k.flood(address, 100, func(i int) string {
		return fmt.Sprintf("GET /api/runs/%s/%s HTTP/1.1\r\nHost: %s\r\n\r\n", x.ID, paths[i%len(paths)], k.addr)
	})
}

// sayHalf has up to 300 connections that never say all that they began to say.
func (k *soak) sayHalf(address string) {
	k.flood(address, 300, func(i int) string { return "GET / HTTP/1.1\r\nHost: "[:i%22] })
}

// flood keeps so many connections, each of which has said something, until the soak ends.
func (k *soak) flood(address string, most int, say func(i int) string) {
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for i := 0; k.ctx.Err() == nil; i++ {
		c, err := d.DialContext(k.ctx, "tcp", k.addr)
		if err == nil {
			_ = c.(*net.TCPConn).SetReadBuffer(2048)
			_, _ = io.WriteString(c, say(i)) // it may have been let go
			open = append(open, c)
			k.attacks.Add(1)
		}
		if len(open) > most {
			_ = open[0].Close()
			open = open[1:]
		}
		select {
		case <-pause.C:
		case <-k.ctx.Done():
		}
	}
}

// askWithoutEnd has four loops look back and predict as fast as they are answered.
func (k *soak) askWithoutEnd(x *subject, address string) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	client := &http.Client{Transport: &http.Transport{DialContext: d.DialContext}}
	defer client.CloseIdleConnections()
	done := make(chan struct{})
	for i := range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for n := i; k.ctx.Err() == nil; n++ {
				path := []string{fmt.Sprintf("frames?step=%d", n*7), "predict?x=1&x=2", "", "curve?curve=test_nll"}[n%4]
				k.ask(client, "http://"+k.addr+"/api/runs/"+x.ID+"/"+path)
			}
		}()
	}
	for range 4 {
		<-done
	}
}

// ask makes a request and reads the answer, whatever it is.
func (k *soak) ask(client *http.Client, url string) {
	ctx, cancel := context.WithTimeout(k.ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		k.t.Error(err)
		return
	}
	resp, err := client.Do(r)
	if err != nil {
		return // the soak has ended
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	k.attacks.Add(1)
	if resp.StatusCode >= 500 {
		k.t.Errorf("%s: %s", url, resp.Status)
	}
}
