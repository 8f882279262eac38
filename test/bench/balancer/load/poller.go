package main

import (
	"syscall"
	"time"
)

// poller waits for sockets with epoll(7), in the only thread that does anything here. Package net would start a goroutine per connection,
// and switching between them costs more than the kernel's part of a small request: too much beside what is measured on the same core.
type poller struct {
	fd     int
	events [256]syscall.EpollEvent
}

const (
	readable = syscall.EPOLLIN
	writable = syscall.EPOLLOUT
)

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	return &poller{fd: fd}, err
}

func (p *poller) add(fd int, interest uint32) error {
	return syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: interest, Fd: int32(fd)})
}

func (p *poller) change(fd int, interest uint32) error {
	return syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_MOD, fd, &syscall.EpollEvent{Events: interest, Fd: int32(fd)})
}

// wait returns the sockets with news: at once, or within the given time (-1: however long it takes). None: the time is over. A signal, such as the Go runtime sends to
// its own threads, is neither.
func (p *poller) wait(milliseconds int) ([]syscall.EpollEvent, error) {
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	for {
		count, err := syscall.EpollWait(p.fd, p.events[:], milliseconds)
		if err == nil {
			return p.events[:count], nil
		}
		if err != syscall.EINTR {
			return nil, err
		}
		if milliseconds >= 0 {
			milliseconds = max(0, int(time.Until(end).Milliseconds()))
		}
	}
}
