package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"
)

// fields are those that a browser adds to Host, with a trace and a tenant: 650 bytes in all.
var fields = []string{
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
	"Accept: text/html,application/json;q=0.9,*/*;q=0.8",
	"Accept-Language: en-US,en;q=0.5",
	"Accept-Encoding: gzip, deflate, br",
	"Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJVadQssw5c",
	"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
	"X-Request-Id: 7b0d6f1e-3a44-4a51-9a0b-1c7b2e9a1d11",
	"X-Tenant: acme",
	"Cache-Control: no-cache",
	"Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}

// grace is how long answers may take that are still missing when the time is over.
const grace = 10 * time.Second

type requestResult struct {
	Requests uint64         `json:"requests"`
	Seconds  float64        `json:"seconds"`
	Failed   uint64         `json:"failed"`
	Errors   map[string]int `json:"errors"`
	// P50 and P99 are microseconds; with a rate they count from when the request was due.
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	// Longest is in seconds, also of requests that failed.
	Longest float64 `json:"longest"`
}

// httpClient has one request under way on each of its connections (closed loop), or sends at a fixed rate (open loop).
type httpClient struct {
	port      int
	request   []byte
	close     bool
	secure    bool
	poller    *poller
	byFd      map[int]*httpConnection
	idle      []*httpConnection
	latencies latencies
	errors    map[string]int
	failed    uint64
	buffer    [64 << 10]byte
}

type httpConnection struct {
	fd     int
	tls    *tls.Conn
	busy   bool
	since  time.Time
	reader responseReader
	// answered: only the end of the connection is missing.
	answered bool
}

func runRequests(flags *flag.FlagSet, arguments []string) (any, error) {
	port := flags.Int("port", 0, "port of 127.0.0.1")
	connections := flags.Int("connections", 64, "connections at the same time")
	seconds := flags.Float64("seconds", 1, "how long new requests begin")
	path := flags.String("path", "/", "path of the requests")
	many := flags.Bool("fields", false, "send 11 fields, not only Host")
	closing := flags.Bool("close", false, "use a connection for one request only, and wait for its end")
	secure := flags.Bool("tls", false, "speak TLS, whoever the server is")
	rate := flags.Float64("rate", 0, "requests per second; 0 = the next when an answer is there")
	flags.Parse(arguments)

	poller, err := newPoller()
	if err != nil {
		return nil, err
	}
	client := &httpClient{
		port:    *port,
		request: request(*path, *many, *closing),
		close:   *closing,
		secure:  *secure,
		poller:  poller,
		byFd:    map[int]*httpConnection{},
		errors:  map[string]int{},
	}
	for range *connections {
		connection := &httpConnection{fd: -1, reader: newResponseReader()}
		if err := client.connect(connection); err != nil {
			return nil, err
		}
		client.idle = append(client.idle, connection)
	}
	start := time.Now()
	duration := time.Duration(*seconds * float64(time.Second))
	if *rate > 0 {
		err = client.openLoop(start, duration, *rate)
	} else {
		err = client.closedLoop(start, start.Add(duration))
	}
	return client.result(time.Since(start)), err
}

func request(path string, many bool, closing bool) []byte {
	lines := []string{"GET " + path + " HTTP/1.1", "Host: balancer.example"}
	if many {
		lines = append(lines, fields...)
	}
	if closing {
		lines = append(lines, "Connection: close")
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// closedLoop keeps every connection busy until the end.
func (c *httpClient) closedLoop(now time.Time, end time.Time) error {
	for {
		if now.Before(end) {
			c.sendOnIdle(now)
		}
		if len(c.idle) == len(c.byFd) || now.After(end.Add(grace)) {
			return nil
		}
		events, err := c.poller.wait(int(grace.Milliseconds()))
		if err != nil {
			return err
		}
		now = time.Now()
		for _, event := range events {
			c.receive(c.byFd[int(event.Fd)], now)
		}
	}
}

func (c *httpClient) sendOnIdle(now time.Time) {
	for _, connection := range c.idle {
		c.send(connection, now)
	}
	c.idle = c.idle[:0]
}

// send begins a request. An error shows when the answer is read.
func (c *httpClient) send(connection *httpConnection, due time.Time) {
	connection.busy = true
	connection.since = due
	if connection.tls != nil {
		connection.tls.Write(c.request)
	} else {
		syscall.Write(connection.fd, c.request)
	}
}

func (c *httpClient) receive(connection *httpConnection, now time.Time) {
	count, err := c.read(connection)
	switch {
	case err != nil && (isNotYet(err) || wouldBlock(err)):
	case err != nil:
		c.fail(connection, now, err.Error())
	case count == 0 && connection.answered:
		c.done(connection, now)
		c.reconnect(connection)
	case count == 0:
		c.fail(connection, now, "the connection ended")
	default:
		c.judge(connection, connection.reader.push(c.buffer[:count]), now)
	}
}

// read gives 0 at the end of the connection.
func (c *httpClient) read(connection *httpConnection) (int, error) {
	if connection.tls == nil {
		return syscall.Read(connection.fd, c.buffer[:])
	}
	// A record is not a response: what was read of the next one already brings no news of the socket.
	total := 0
	for {
		count, err := connection.tls.Read(c.buffer[total:])
		total += count
		if err == io.EOF {
			err = nil
		} else if err == nil && total < len(c.buffer) {
			continue
		}
		if total > 0 {
			err = nil
		}
		return total, err
	}
}

func (c *httpClient) judge(connection *httpConnection, verdict verdict, now time.Time) {
	switch {
	case verdict == incomplete:
	case verdict == wrong || !connection.busy || connection.answered:
		c.fail(connection, now, "a wrong response")
	case c.close:
		connection.answered = true
	default:
		c.done(connection, now)
	}
}

func (c *httpClient) done(connection *httpConnection, now time.Time) {
	c.latencies.add(now.Sub(connection.since))
	connection.busy = false
	c.idle = append(c.idle, connection)
}

// fail counts what was lost. The end of a connection between requests loses nothing.
func (c *httpClient) fail(connection *httpConnection, now time.Time, reason string) {
	if connection.busy {
		c.failed++
		c.errors[reason]++
		c.latencies.longest = max(c.latencies.longest, now.Sub(connection.since))
		connection.busy = false
		c.idle = append(c.idle, connection)
	}
	c.reconnect(connection)
}

func (c *httpClient) reconnect(connection *httpConnection) {
	if err := c.connect(connection); err != nil {
		c.failed++
		c.errors[err.Error()]++
	}
}

func (c *httpClient) connect(connection *httpConnection) error {
	if connection.fd >= 0 {
		syscall.Close(connection.fd)
		delete(c.byFd, connection.fd)
	}
	fd, err := dial(c.port)
	if err != nil {
		return err
	}
	connection.fd = fd
	connection.tls = nil
	if c.secure {
		if connection.tls, err = secure(fd); err != nil {
			syscall.Close(fd)
			connection.fd = -1
			return fmt.Errorf("TLS with port %d: %w", c.port, err)
		}
	}
	connection.answered = false
	connection.reader.reset()
	c.byFd[fd] = connection
	return c.poller.add(fd, readable)
}

func (c *httpClient) result(took time.Duration) requestResult {
	for _, connection := range c.byFd {
		if connection.busy {
			c.failed++
			c.errors[fmt.Sprintf("no answer within %v after the end", grace)]++
			c.latencies.longest = max(c.latencies.longest, time.Since(connection.since))
		}
	}
	return requestResult{
		Requests: c.latencies.count,
		Seconds:  took.Seconds(),
		Failed:   c.failed,
		Errors:   c.errors,
		P50:      c.latencies.microseconds(0.5),
		P99:      c.latencies.microseconds(0.99),
		Longest:  c.latencies.longest.Seconds(),
	}
}
