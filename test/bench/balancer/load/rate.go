package main

import (
	"encoding/binary"
	"syscall"
	"time"
	"unsafe"
)

// openLoop begins a request whenever one is due, whether or not the last was answered. When every connection is busy the request waits, and
// its time counts from when it was due, as for a user who wants it then.
func (c *httpClient) openLoop(start time.Time, duration time.Duration, rate float64) error {
	gap := time.Duration(float64(time.Second) / rate)
	timer, err := periodicTimer(gap)
	if err != nil {
		return err
	}
	defer syscall.Close(timer)
	if err := c.poller.add(timer, readable); err != nil {
		return err
	}
	due, sent, total := 0, 0, int(duration/gap)
	for {
		now := time.Now()
		for sent < due && len(c.idle) > 0 {
			sent++
			c.send(c.takeIdle(), start.Add(time.Duration(sent)*gap))
		}
		if sent == total && len(c.idle) == len(c.byFd) || now.After(start.Add(duration+grace)) {
			return nil
		}
		events, err := c.poller.wait(int(grace.Milliseconds()))
		if err != nil {
			return err
		}
		now = time.Now()
		for _, event := range events {
			if int(event.Fd) == timer {
				due = min(due+expirations(timer), total)
			} else {
				c.receive(c.byFd[int(event.Fd)], now)
			}
		}
	}
}

// takeIdle takes the connection that was idle longest.
func (c *httpClient) takeIdle() *httpConnection {
	connection := c.idle[0]
	c.idle = append(c.idle[:0], c.idle[1:]...)
	return connection
}

// periodicTimer is a timerfd_create(2): exact to microseconds, while epoll_wait(2) counts in milliseconds.
func periodicTimer(gap time.Duration) (int, error) {
	const monotonic = 1
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, monotonic, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return -1, errno
	}
	period := syscall.NsecToTimespec(gap.Nanoseconds())
	setting := struct{ interval, first syscall.Timespec }{period, period}
	_, _, errno = syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, fd, 0, uintptr(unsafe.Pointer(&setting)), 0, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

func expirations(timer int) int {
	var count [8]byte
	if _, err := syscall.Read(timer, count[:]); err != nil {
		return 0
	}
	return int(binary.NativeEndian.Uint64(count[:]))
}
