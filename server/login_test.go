package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

const token = "correct horse battery"

// ask makes a request, with a token if it is not empty, and returns the answer
// and its body.
func ask(t *testing.T, client *http.Client, method, url, bearer, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func login(token string) string {
	b, _ := json.Marshal(map[string]string{"token": token})
	return string(b)
}

func TestMakingRunsNeedsTheToken(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	base := "http://" + addr
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	for _, c := range []struct{ method, path string }{
		{"POST", "/api/runs"},
		{"PUT", "/api/runs/abcdefgh2345"},
		{"PUT", "/%61pi/runs/abcdefgh2345"},
		{"GET", "/%61pi/runs"},
		{"GET", "/api/runs"},
		{"HEAD", "/api/runs"},
	} {
		for _, bearer := range []string{"", "wrong"} {
			resp, body := ask(t, browser, c.method, base+c.path, bearer, "")
			if resp.StatusCode != http.StatusUnauthorized || resp.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s %s with %q: status %d", c.method, c.path, bearer, resp.StatusCode)
			}
			if c.method != "HEAD" && (resp.Header.Get("Content-Type") != "application/problem+json" || !wording.Has(body, "token")) {
				t.Errorf("%s %s: got %s", c.method, c.path, body)
			}
		}
		// Wrong ones do not use up the right one's.
		resp, body := ask(t, http.DefaultClient, c.method, base+c.path, token, "")
		if keyless := c.method == "PUT" && strings.Contains(body, access.KeyHeader); resp.StatusCode >= 300 && !keyless {
			t.Errorf("%s %s with the token: status %d", c.method, c.path, resp.StatusCode)
		}
	}
	resp, _ := ask(t, browser, "POST", base+"/api/login", "", login(token))
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("the login: status %d", resp.StatusCode)
	}
	cookies := resp.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Secure || strings.Contains(cookies[0].Value, token) {
		t.Errorf("got %v", cookies)
	}
	if resp, body := ask(t, browser, "GET", base+"/api/runs", "", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("after the login: %d, %s", resp.StatusCode, body)
	}
	if resp, body := ask(t, browser, "POST", base+"/api/runs", "", "{}"); resp.StatusCode != http.StatusCreated {
		t.Errorf("after the login: %d, %s", resp.StatusCode, body)
	}
}

// Who knows a run's id may watch it, and the page is everybody's.
func TestWatchingNeedsNoToken(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	_, body := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/runs", token, "{}")
	var s wire.Summary
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/r/" + s.ID, "/healthz", "/api/controls", "/api/runs/" + s.ID, "/api/runs/" + s.ID + "/history"} {
		call(t, "GET", "http://"+addr+path, "", http.StatusOK, nil)
	}
	dial(t, addr, s.ID).hello()
}

// However many wrong tokens an address has sent, and all of them together, who has
// the right one is let in: by whichever door, from that address and from others.
func TestWrongTokensKeepNobodyOut(t *testing.T) {
	const attempts = 100
	for _, made := range []bool{false, true} {
		for _, bearer := range []bool{false, true} {
			addr, _ := serve(t, Config{Token: token, TokenMade: made, Proxies: networks(t, "127.0.0.1")})
			guess := func(peer, token string) int {
				method, path, body, authorization := "POST", "/api/login", login(token), ""
				if bearer {
					method, path, body, authorization = "GET", "/api/runs", "", "Bearer "+token
				}
				req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", authorization)
				req.Header.Set("X-Forwarded-For", peer)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				return resp.StatusCode
			}
			answers := map[int]int{}
			for i := range attempts {
				answers[guess("198.51.100.7", "wrong")]++
				answers[guess(fmt.Sprintf("203.0.113.%d", i%10), "wrong")]++
				for _, peer := range []string{"198.51.100.7", "203.0.113.0", "192.0.2.1"} {
					if got := guess(peer, token); got >= 300 {
						t.Fatalf("after %d wrong tokens the right one is answered %d to %s", 2*i+2, got, peer)
					}
				}
			}
			looked, refused := answers[http.StatusUnauthorized], answers[http.StatusTooManyRequests]
			t.Logf("made here %t, bearer %t: of %d wrong tokens %d were answered 401 and %d 429; of %d right ones none was refused", made, bearer, 2*attempts, looked, refused, 3*attempts)
			// What was left of the ration when it began, and what it grew by since.
			if most := access.AllMistakes + attempts/10; looked+refused != 2*attempts || made && refused > 0 || !made && looked > most {
				t.Errorf("wrong tokens were answered %v", answers)
			}
		}
	}
}

func TestBrokenLogins(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	for _, body := range []string{"", "null", "{}", "[]", `{"token":1}`, `{"token":null}`, `{"token":"` + strings.Repeat("x", 1<<20) + `"}`} {
		call(t, "POST", "http://"+addr+"/api/login", body, http.StatusBadRequest, nil)
	}
	// Another server's page cannot log in, nor does a cookie of another value.
	for _, h := range []http.Header{{"Origin": {"http://evil.example"}}, {"Sec-Fetch-Site": {"cross-site"}}} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/login", strings.NewReader(login(token)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = h
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%v: status %d", h, resp.StatusCode)
		}
	}
	_, port, _ := net.SplitHostPort(addr)
	for _, value := range []string{"", "x", token} {
		request := "GET /api/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: gnllviz-" + port + "=" + value + "\r\n\r\n"
		if got := rawStatus(t, addr, request); got != http.StatusUnauthorized {
			t.Errorf("the cookie %q: status %d", value, got)
		}
	}
}

func TestLoginOverTLSHasASecureCookie(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/login", strings.NewReader(login(token)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-Proto", "https")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if c := resp.Cookies(); len(c) != 1 || !c[0].Secure {
		t.Errorf("got %v", c)
	}
}

// What opens the server stands in no line of its log.
func TestLogHasNoTokens(t *testing.T) {
	var log bytes.Buffer // which is read when all that write have ended
	ctx, cancel := context.WithCancel(t.Context())
	s := New(ctx, Config{Token: token, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	base := "http://" + l.Addr().String()
	in, _ := ask(t, http.DefaultClient, "POST", base+"/api/login", "", login(token))
	if len(in.Cookies()) != 1 {
		t.Fatalf("got %v", in.Cookies())
	}
	ask(t, http.DefaultClient, "POST", base+"/api/login", "", login("guess-work"))
	ask(t, http.DefaultClient, "GET", base+"/api/runs?token=in-a-query", token, "")
	ask(t, http.DefaultClient, "GET", base+"/nothing?token=in-a-query", "guess-work", "")
	_, body := ask(t, http.DefaultClient, "POST", base+"/api/runs", token, "{}")
	var run wire.Summary
	if err := json.Unmarshal([]byte(body), &run); err != nil {
		t.Fatal(err)
	}
	dial(t, l.Addr().String(), run.ID).hello()
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{token, "correct", "guess-work", "in-a-query", in.Cookies()[0].Value} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, &log)
		}
	}
	if !strings.Contains(log.String(), run.ID) {
		t.Errorf("the log does not name the run:\n%s", &log)
	}
}
