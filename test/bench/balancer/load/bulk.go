package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"syscall"
	"time"
)

type bulkResult struct {
	Bytes   uint64  `json:"bytes"`
	Seconds float64 `json:"seconds"`
}

// runBulk sends as much as goes through, and then asks the sink at the other end of each connection whether all of it arrived.
func runBulk(flags *flag.FlagSet, arguments []string) (any, error) {
	port := flags.Int("port", 0, "port of 127.0.0.1 that leads to a sink")
	connections := flags.Int("connections", 4, "connections at the same time")
	seconds := flags.Float64("seconds", 1, "how long")
	flags.Parse(arguments)

	poller, err := newPoller()
	if err != nil {
		return nil, err
	}
	sent := map[int]uint64{}
	start := time.Now()
	for range *connections {
		fd, err := dial(*port)
		if err != nil {
			return nil, err
		}
		if err := poller.add(fd, writable); err != nil {
			return nil, err
		}
		sent[fd] = 0
	}
	chunk := make([]byte, 128<<10)
	end := start.Add(time.Duration(*seconds * float64(time.Second)))
	for time.Now().Before(end) {
		events, err := poller.wait(1000)
		if err != nil {
			return nil, err
		}
		for _, event := range events {
			fd := int(event.Fd)
			count, err := syscall.Write(fd, chunk)
			if err != nil && !wouldBlock(err) {
				return nil, err
			}
			sent[fd] += uint64(max(count, 0))
		}
	}
	total := uint64(0)
	for fd, bytes := range sent {
		if err := confirm(fd, bytes); err != nil {
			return nil, err
		}
		total += bytes
	}
	return bulkResult{total, time.Since(start).Seconds()}, nil
}

// confirm ends our side and reads how many bytes the sink counted.
func confirm(fd int, sent uint64) error {
	if err := syscall.Shutdown(fd, syscall.SHUT_WR); err != nil {
		return err
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		return err
	}
	timeout := syscall.NsecToTimeval(grace.Nanoseconds())
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &timeout); err != nil {
		return err
	}
	var answer [8]byte
	for filled := 0; filled < len(answer); {
		count, err := syscall.Read(fd, answer[filled:])
		if count <= 0 {
			return fmt.Errorf("the sink did not confirm %d bytes: %v", sent, err)
		}
		filled += count
	}
	if arrived := binary.BigEndian.Uint64(answer[:]); arrived != sent {
		return fmt.Errorf("%d bytes were sent, %d arrived", sent, arrived)
	}
	return syscall.Close(fd)
}
