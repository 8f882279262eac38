package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// service is what is spoken on a port of the backend.
type service int

const (
	// httpService answers every request with 13 bytes, and requests for /10k with 10 kB.
	httpService service = iota
	// echoService sends back what comes.
	echoService
	// sinkService reads to the end and then says how many bytes came, as a big-endian number of 64 bits.
	sinkService
)

// peer is an accepted connection of a backend.
type peer struct {
	service service
	// input holds the beginning of a request.
	input []byte
	// output waits until the socket takes more; until then nothing is read.
	output []byte
	total  uint64
}

type backend struct {
	poller    *poller
	listeners map[int]service
	peers     map[int]*peer
	buffer    [256 << 10]byte
}

var (
	smallResponse = response("Hello, world!")
	largeResponse = response(strings.Repeat("x", 10<<10))
	largeRequest  = []byte("GET /10k ")
	emptyLine     = []byte("\r\n\r\n")
)

func response(body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: load\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nX-Backend: 1\r\n\r\n%s", len(body), body)
}

func runBackend(flags *flag.FlagSet, arguments []string) (any, error) {
	ports := map[service]*string{
		httpService: flags.String("http", "", "ports that answer requests"),
		echoService: flags.String("echo", "", "ports that send back what comes"),
		sinkService: flags.String("sink", "", "ports that count what comes"),
	}
	flags.Parse(arguments)
	poller, err := newPoller()
	if err != nil {
		return nil, err
	}
	b := &backend{poller: poller, listeners: map[int]service{}, peers: map[int]*peer{}}
	for service, list := range ports {
		for _, text := range strings.FieldsFunc(*list, func(r rune) bool { return r == ',' }) {
			port, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			if err := b.listen(port, service); err != nil {
				return nil, err
			}
		}
	}
	for {
		events, err := b.poller.wait(-1)
		if err != nil {
			return nil, err
		}
		for _, event := range events {
			b.handle(int(event.Fd), event.Events)
		}
	}
}

func (b *backend) listen(port int, service service) error {
	fd, err := listen(port)
	if err != nil {
		return err
	}
	b.listeners[fd] = service
	return b.poller.add(fd, readable)
}

func (b *backend) handle(fd int, events uint32) {
	if p := b.peers[fd]; p == nil {
		b.accept(fd)
	} else if len(p.output) > 0 {
		b.flush(fd, p)
	} else {
		b.receive(fd, p)
	}
}

func (b *backend) accept(listener int) {
	for {
		fd, _, err := syscall.Accept4(listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		if makeReady(fd) != nil || b.poller.add(fd, readable) != nil {
			syscall.Close(fd)
			continue
		}
		b.peers[fd] = &peer{service: b.listeners[listener]}
	}
}

func (b *backend) receive(fd int, p *peer) {
	count, err := syscall.Read(fd, b.buffer[:])
	if count > 0 {
		b.serve(fd, p, b.buffer[:count])
		return
	}
	if err != nil && wouldBlock(err) {
		return
	}
	if err == nil && p.service == sinkService {
		b.send(fd, p, binary.BigEndian.AppendUint64(nil, p.total))
	}
	b.close(fd)
}

func (b *backend) serve(fd int, p *peer, fresh []byte) {
	switch p.service {
	case sinkService:
		p.total += uint64(len(fresh))
	case echoService:
		b.send(fd, p, fresh)
	case httpService:
		if len(p.input) > 0 {
			fresh = append(p.input, fresh...)
		}
		for {
			end := bytes.Index(fresh, emptyLine)
			if end < 0 {
				break
			}
			if bytes.HasPrefix(fresh, largeRequest) {
				b.send(fd, p, largeResponse)
			} else {
				b.send(fd, p, smallResponse)
			}
			fresh = fresh[end+len(emptyLine):]
		}
		p.input = append(p.input[:0], fresh...)
	}
}

func (b *backend) send(fd int, p *peer, message []byte) {
	if len(p.output) == 0 {
		count, err := syscall.Write(fd, message)
		if count == len(message) || (err != nil && !wouldBlock(err)) {
			// A broken connection shows when it is read next.
			return
		}
		message = message[max(count, 0):]
		b.poller.change(fd, writable)
	}
	p.output = append(p.output, message...)
}

func (b *backend) flush(fd int, p *peer) {
	count, err := syscall.Write(fd, p.output)
	if err != nil && !wouldBlock(err) {
		b.close(fd)
		return
	}
	p.output = p.output[max(count, 0):]
	if len(p.output) == 0 {
		b.poller.change(fd, readable)
	}
}

func (b *backend) close(fd int) {
	syscall.Close(fd)
	delete(b.peers, fd)
}
