package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// secure makes the client's side of TLS 1.3 on a connected socket. The certificate is the bench's own, so nobody asks who has signed it.
func secure(fd int) (*tls.Conn, error) {
	// The handshake waits for its answers; what follows is read when the poller says so.
	if err := syscall.SetNonblock(fd, false); err != nil {
		return nil, err
	}
	connection := tls.Client(&socket{fd}, &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true})
	if err := connection.Handshake(); err != nil {
		return nil, err
	}
	return connection, syscall.SetNonblock(fd, true)
}

// socket is a net.Conn which does not wait. tls.Conn goes on after an error that is temporary, with what it has read so far.
type socket struct{ fd int }

type notYet struct{}

func (notYet) Error() string   { return "not yet" }
func (notYet) Timeout() bool   { return true }
func (notYet) Temporary() bool { return true }

func (s *socket) Read(bytes []byte) (int, error) {
	count, err := syscall.Read(s.fd, bytes)
	switch {
	case err != nil && wouldBlock(err):
		return 0, notYet{}
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case count == 0:
		return 0, io.EOF
	}
	return count, nil
}

// Write takes a request in one piece: it always has room in an empty socket.
func (s *socket) Write(bytes []byte) (int, error) {
	count, err := syscall.Write(s.fd, bytes)
	if err != nil {
		return 0, os.NewSyscallError("write", err)
	}
	if count < len(bytes) {
		return count, io.ErrShortWrite
	}
	return count, nil
}

func (s *socket) Close() error                     { return syscall.Close(s.fd) }
func (s *socket) LocalAddr() net.Addr              { return nil }
func (s *socket) RemoteAddr() net.Addr             { return nil }
func (s *socket) SetDeadline(time.Time) error      { return nil }
func (s *socket) SetReadDeadline(time.Time) error  { return nil }
func (s *socket) SetWriteDeadline(time.Time) error { return nil }

func isNotYet(err error) bool {
	var later notYet
	return errors.As(err, &later)
}
