package main

import (
	"bytes"
	"strconv"
)

var contentLength = []byte("content-length:")

// verdict is what is known of a response so far.
type verdict int

const (
	incomplete verdict = iota
	complete
	// wrong: another status than 200, or bytes behind the response.
	wrong
)

// responseReader reads one response after the other, each with status 200 and a Content-Length.
type responseReader struct {
	head []byte
	// rest is how many bytes of the body are still to come; negative while the head is.
	rest int
}

func newResponseReader() responseReader {
	return responseReader{head: make([]byte, 0, 4096), rest: -1}
}

func (r *responseReader) reset() {
	r.head = r.head[:0]
	r.rest = -1
}

func (r *responseReader) push(fresh []byte) verdict {
	if r.rest < 0 {
		r.head = append(r.head, fresh...)
		end := bytes.Index(r.head, emptyLine)
		if end < 0 {
			return incomplete
		}
		length, ok := bodyLength(r.head[:end+2])
		if !ok {
			return wrong
		}
		fresh = r.head[end+len(emptyLine):]
		r.rest = length
	}
	r.rest -= len(fresh)
	switch {
	case r.rest > 0:
		return incomplete
	case r.rest < 0:
		return wrong
	}
	r.reset()
	return complete
}

func bodyLength(head []byte) (int, bool) {
	if len(head) < 12 || string(head[9:12]) != "200" {
		return 0, false
	}
	for {
		end := bytes.IndexByte(head, '\n')
		if end < 0 {
			return 0, false
		}
		head = head[end+1:]
		if len(head) > len(contentLength) && bytes.EqualFold(head[:len(contentLength)], contentLength) {
			value, _, _ := bytes.Cut(head[len(contentLength):], []byte("\r"))
			length, err := strconv.Atoi(string(bytes.TrimSpace(value)))
			return length, err == nil && length >= 0
		}
	}
}
