package main

import (
	"fmt"
	"syscall"
)

var loopback = [4]byte{127, 0, 0, 1}

// dial connects to a port of this machine. The kernel answers for a listener with room in its queue, so this does not wait for anybody.
func dial(port int) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: port, Addr: loopback}); err != nil {
		syscall.Close(fd)
		return -1, fmt.Errorf("connect to port %d: %w", port, err)
	}
	if err := makeReady(fd); err != nil {
		syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

func listen(port int) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return -1, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: loopback}); err != nil {
		return -1, fmt.Errorf("listen on port %d: %w", port, err)
	}
	return fd, syscall.Listen(fd, 4096)
}

func makeReady(fd int) error {
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return err
	}
	return syscall.SetNonblock(fd, true)
}

func wouldBlock(err error) bool {
	return err == syscall.EAGAIN || err == syscall.EINTR
}
