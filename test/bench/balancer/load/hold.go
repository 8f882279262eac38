package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"
)

type holdResult struct {
	Open int `json:"open"`
}

// runHold opens sessions, uses each once, says so, and leaves them idle until its stdin ends.
func runHold(flags *flag.FlagSet, arguments []string) (any, error) {
	port := flags.Int("port", 0, "port of 127.0.0.1")
	connections := flags.Int("connections", 1500, "sessions to open")
	protocol := flags.String("protocol", "http", "http, or echo")
	flags.Parse(arguments)

	message := request("/", false, false)
	if *protocol == "echo" {
		message = make([]byte, messageBytes)
	}
	sessions := []int{}
	for range *connections {
		fd, err := dial(*port)
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, fd)
		if err := useOnce(fd, message, *protocol == "http"); err != nil {
			return nil, fmt.Errorf("session %d: %w", len(sessions), err)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(holdResult{len(sessions)}); err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return nil, err
	}
	for _, fd := range sessions {
		syscall.Close(fd)
	}
	return holdResult{0}, nil
}

// useOnce sends a message and waits for the whole answer to it.
func useOnce(fd int, message []byte, isRequest bool) error {
	if err := syscall.SetNonblock(fd, false); err != nil {
		return err
	}
	timeout := syscall.NsecToTimeval(grace.Nanoseconds())
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &timeout); err != nil {
		return err
	}
	if _, err := syscall.Write(fd, message); err != nil {
		return err
	}
	reader := newResponseReader()
	buffer := make([]byte, 4096)
	for echoed := 0; ; {
		count, err := syscall.Read(fd, buffer)
		if count <= 0 {
			return fmt.Errorf("no answer: %v", err)
		}
		if !isRequest {
			if echoed += count; echoed >= len(message) {
				return nil
			}
			continue
		}
		switch reader.push(buffer[:count]) {
		case complete:
			return nil
		case wrong:
			return fmt.Errorf("a wrong response: %q", buffer[:count])
		case incomplete:
		}
	}
}
