package main

import (
	"flag"
	"fmt"
	"syscall"
	"time"
)

const messageBytes = 64

type roundTripResult struct {
	RoundTrips uint64  `json:"roundTrips"`
	Seconds    float64 `json:"seconds"`
	P50        float64 `json:"p50"`
	P99        float64 `json:"p99"`
}

// runRoundTrips sends 64 bytes on each connection and waits until they are back, over and over.
func runRoundTrips(flags *flag.FlagSet, arguments []string) (any, error) {
	port := flags.Int("port", 0, "port of 127.0.0.1 that echoes")
	connections := flags.Int("connections", 64, "connections at the same time")
	seconds := flags.Float64("seconds", 1, "how long")
	flags.Parse(arguments)

	poller, err := newPoller()
	if err != nil {
		return nil, err
	}
	type connection struct {
		since time.Time
		back  int
	}
	byFd := map[int]*connection{}
	message := make([]byte, messageBytes)
	buffer := make([]byte, 4096)
	start := time.Now()
	for range *connections {
		fd, err := dial(*port)
		if err != nil {
			return nil, err
		}
		if err := poller.add(fd, readable); err != nil {
			return nil, err
		}
		byFd[fd] = &connection{since: time.Now()}
		if _, err := syscall.Write(fd, message); err != nil {
			return nil, err
		}
	}
	latencies := &latencies{}
	end := start.Add(time.Duration(*seconds * float64(time.Second)))
	for now := start; now.Before(end); {
		events, err := poller.wait(int(grace.Milliseconds()))
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			return nil, fmt.Errorf("no message came back within %v", grace)
		}
		now = time.Now()
		for _, event := range events {
			fd := int(event.Fd)
			count, err := syscall.Read(fd, buffer)
			if count <= 0 {
				return nil, fmt.Errorf("a connection ended: %v", err)
			}
			connection := byFd[fd]
			connection.back += count
			if connection.back < messageBytes {
				continue
			}
			latencies.add(now.Sub(connection.since))
			connection.back -= messageBytes
			connection.since = now
			if _, err := syscall.Write(fd, message); err != nil {
				return nil, err
			}
		}
	}
	return roundTripResult{latencies.count, time.Since(start).Seconds(), latencies.microseconds(0.5), latencies.microseconds(0.99)}, nil
}
