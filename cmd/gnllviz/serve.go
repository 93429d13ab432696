package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/operator"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/store"
)

func serveCommand() *cobra.Command {
	var addr, token, format, lessons, model, engine string
	var open, verbose bool
	var memory int
	var proxies, origins []string
	var config server.Config
	var kept storeFlags
	var bus natsFlags
	var role []string
	c := &cobra.Command{
		Use:     "serve",
		Short:   "Serve the page (the default)",
		Example: "  gnllviz serve\n  gnllviz serve --addr 127.0.0.1:9000 --open\n  gnllviz serve --model model.json",
		Args:    arguments(cobra.NoArgs),
	}
	f := c.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	f.StringVar(&token, "token", os.Getenv("GNLLVIZ_TOKEN"),
		"token needed to create and list runs (or GNLLVIZ_TOKEN); default: none on a loopback address, otherwise a random one; off means none")
	f.Lookup("token").DefValue = "" // the environment's is nobody's to read in the help
	f.BoolVar(&open, "open", false, "open the page in the browser")
	f.BoolVar(&verbose, "verbose", false, "log connections too")
	f.StringVar(&format, "log-format", "text", "format of the log: text or json")
	f.IntVar(&memory, "max-memory", 0, "memory in MB that the program may use; 0 is half the memory of the machine or its container")
	f.BoolVar(&config.Profiles, "pprof", false, "serve profiles of the program under /debug/pprof/ to anyone with the token")
	f.StringVar(&kept.dir, "store", "", "folder in which runs are kept when the program ends; none keeps them in memory only; default: gnllviz in the user's state folder")
	f.IntVar(&kept.runs, "max-stored-runs", 10_000, "runs to keep in the store; beyond this those that were used longest ago are deleted")
	f.Int64Var(&kept.bytes, "max-store-bytes", 4<<30, "bytes that the store may take; beyond this the runs that were used longest ago are deleted")
	bus.add(f, "that keep the runs of several nodes of gnllviz, instead of --store (can be repeated, or separated by commas)")
	f.StringSliceVar(&role, "role", roles, "with --nats, what this node is for: web answers browsers, train trains runs")
	f.StringVar(&lessons, "lessons", "", "folder with your own lessons, one JSON file each, in addition to the built-in ones")
	f.StringVar(&engine, "engine", "server", "where runs train: server, or page for the browser of each visitor")
	f.StringVar(&model, "model", "", "start with a paused run of an existing model: "+modelUsage)
	f.StringSliceVar(&config.Hosts, "host", nil, "additional host name of the server (can be repeated)")
	f.StringSliceVar(&origins, "origin", nil,
		"address of the page, such as https://lab.example, behind a proxy that changes the host or handles TLS (can be repeated)")
	f.StringSliceVar(&proxies, "trusted-proxy", nil,
		"address or network (10.0.0.0/8) of a reverse proxy; its X-Forwarded-For then tells visitors apart for the limits (can be repeated)")
	config.Version, config.Commit = version()
	config.Limits = access.DefaultLimits()
	for _, l := range config.Limits.Table() {
		switch v := l.Value.(type) {
		case *int:
			f.IntVar(v, l.Flag, *v, l.Help)
		case *float64:
			f.Float64Var(v, l.Flag, *v, l.Help)
		case *time.Duration:
			f.DurationVar(v, l.Flag, *v, l.Help)
		}
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		level := slog.LevelInfo
		if verbose {
			level = slog.LevelDebug
		}
		options := &slog.HandlerOptions{Level: level}
		switch format {
		case "text":
			config.Log = slog.New(slog.NewTextHandler(c.ErrOrStderr(), options))
		case "json":
			config.Log = slog.New(slog.NewJSONHandler(c.ErrOrStderr(), options))
		default:
			return mistakef("--log-format %q is neither text nor json", format)
		}
		config.Limits.Share(c.Flags().Changed)
		for _, text := range proxies {
			p, err := access.ParseProxy(text)
			if err != nil {
				return mistakef("--trusted-proxy %w", err)
			}
			config.Proxies = append(config.Proxies, p)
		}
		for _, text := range origins {
			o, err := access.ParseOrigin(text)
			if err != nil {
				return mistakef("--origin %w", err)
			}
			config.Origins = append(config.Origins, o)
		}
		switch engine {
		case "server":
		case "page":
			config.InPage = true
			if err := hasEngine(); err != nil {
				return err
			}
		default:
			return mistakef("--engine %q is neither server nor page", engine)
		}
		if lessons != "" {
			var err error
			if config.Lessons, err = lessonsOf(lessons, config.Limits); err != nil {
				return err
			}
			// They have been looked at: none is a pipe, or too large.
			if config.PageLessons, err = lessonFiles(lessons); err != nil {
				return err
			}
		}
		var err error
		if config.Memory, err = limitMemory(memory); err != nil {
			return err
		}
		kept.keep = storedFor
		if c.Flags().Changed("keep") {
			kept.keep = config.Limits.Keep
		}
		several, err := bus.check(c.Flags().Changed)
		if err != nil {
			return err
		}
		web, trains, err := roleOf(role)
		switch {
		case err != nil:
			return err
		case !several && c.Flags().Changed("role"):
			return mistakef("--role is for one node of several: name their NATS servers with --nats")
		case model != "" && !trains:
			return mistakef("--model makes a run, which a node needs --role train for")
		case several:
			kept.join = func(ctx context.Context, to store.Config) (*joined, error) {
				ctx, cancel := context.WithTimeout(ctx, joinTime)
				defer cancel()
				return bus.join(ctx, cluster.Config{Web: web, Trains: trains, Processors: runtime.GOMAXPROCS(0) - 1, Log: to.Log}, to)
			}
		}
		return serve(c, addr, token, model, open, config, &kept)
	}
	return c
}

// lessonsOf returns the program's lessons and those of a folder.
func lessonsOf(folder string, limits access.Limits) ([]lesson.Lesson, error) {
	if info, err := os.Stat(folder); err != nil {
		return nil, mistakef("--lessons %s: %w", folder, cause(err))
	} else if !info.IsDir() {
		return nil, mistakef("--lessons %s is not a folder", folder)
	}
	list, err := registry.Lessons(os.DirFS(folder), limits)
	if err != nil {
		return nil, mistakef("--lessons %s: %w", folder, err)
	}
	return list, nil
}

// leastToken is how long a token must be: a shorter one could be guessed.
const leastToken = 8

// tokenFor returns the token of a server at an address, or none if it wants none,
// and whether it was made here.
func tokenFor(flag string, a net.Addr) (token string, made bool, err error) {
	tcp, ok := a.(*net.TCPAddr)
	loopback := ok && tcp.IP.IsLoopback()
	switch {
	case flag == "off", flag == "" && loopback:
		return "", false, nil
	case flag == "":
		return access.NewToken(), true, nil
	case len(flag) < leastToken:
		return "", false, mistakef("--token is shorter than %d characters", leastToken)
	}
	return flag, false, nil
}

// addresses returns the pages under which a listener is reached. One that
// listens everywhere is reached at this machine and at each of its addresses.
func addresses(a net.Addr) []string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return []string{"http://" + a.String() + "/"}
	}
	hosts := []string{host}
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		hosts = []string{"localhost"}
		all, _ := net.InterfaceAddrs() // without them there is still localhost
		for _, a := range all {
			// An IPv4 listener has no IPv6 addresses.
			if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && (ip.To4() == nil || n.IP.To4() != nil) {
				hosts = append(hosts, n.IP.String())
			}
		}
	}
	for i, h := range hosts {
		hosts[i] = "http://" + net.JoinHostPort(h, port) + "/"
	}
	return hosts
}

func serve(c *cobra.Command, addr, token, model string, open bool, config server.Config, kept *storeFlags) (err error) {
	if err := config.Limits.Check(); err != nil {
		return mistake{err}
	}
	var brought *export.Model
	if model != "" {
		if brought, err = readModel(c, "model", model); err != nil {
			return err
		}
	}
	if err := checkAddr(addr); err != nil {
		return err
	}
	ctx, stop := untilSignal(c)
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program; choose another address with --addr", addr)
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", addr, listenCause(err))
	}
	if config.Token, config.TokenMade, err = tokenFor(token, l.Addr()); err != nil {
		return err
	}
	if config.TokenMade && kept.join != nil {
		return mistakef("nodes that share runs need the same token: give each of them --token, or GNLLVIZ_TOKEN")
	}
	fragment := ""
	if config.Token != "" {
		// Browsers do not send what follows a #, so no log on the way has it.
		fragment = "#token=" + url.QueryEscape(config.Token)
	}
	// Go looks for news from the network only every 10 ms while all its processors
	// train; with one more than train there is always one to wait for them.
	config.Trainers = runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(config.Trainers + 1)
	closeStore, err := kept.into(ctx, &config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	s := server.New(ctx, config)
	if config.Store != nil && config.Cluster == nil {
		defer operator.Serve(config.Store.Dir(), s.Operator(), config.Log)()
	}
	place := ""
	if brought != nil {
		id, key, err := s.Bring(brought)
		if err != nil {
			return mistakef("--model %s: %w", model, err)
		}
		place = "r/" + id
		fragment = "#key=" + key + strings.Replace(fragment, "#", "&", 1)
	}
	homes := addresses(l.Addr())
	for i, home := range homes {
		fmt.Fprintln(c.OutOrStdout(), []string{"gnllviz is at", "       and at"}[min(i, 1)], home+place+fragment)
	}
	if open {
		if err := openBrowser(homes[0] + place + fragment); err != nil {
			config.Log.Warn("the browser could not be opened", "url", homes[0], "err", err)
		}
	}
	config.Log.Info("serving", "addr", l.Addr().String())
	if token == "off" {
		config.Log.Warn("no token is set: anyone who can reach this address can create runs")
	}
	if err := s.Serve(l); err != nil {
		return err
	}
	config.Log.Info("stopped")
	return nil
}

// checkAddr refuses what is no address to listen on.
func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return mistakef("--addr %s is not HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses of this computer", addr)
	}
	if n, err := strconv.Atoi(port); err == nil && (n < 0 || n > 65535) {
		return mistakef("--addr %s: the port must be from 0 to 65535", addr)
	}
	return nil
}

// listenCause returns why an address cannot be listened on, without the names that Go
// gives to what failed.
func listenCause(err error) error {
	var name *net.DNSError
	var system syscall.Errno
	switch {
	case errors.As(err, &name):
		return errors.New("there is no such host or port")
	case errors.As(err, &system):
		return system
	}
	return err
}

// openBrowser asks the desktop to show a page, and does not wait for it.
func openBrowser(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	case "darwin":
		name = "open"
	}
	c := exec.Command(name, args...)
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
