package main

import "time"

const (
	latencyStep    = 100 * time.Nanosecond
	latencyBuckets = 200_000
)

// latencies counts times in steps of 0.1 µs up to 20 ms; of longer ones only the longest is known.
type latencies struct {
	buckets [latencyBuckets]uint32
	count   uint64
	longest time.Duration
}

func (l *latencies) add(latency time.Duration) {
	l.buckets[min(latency/latencyStep, latencyBuckets-1)]++
	l.count++
	l.longest = max(l.longest, latency)
}

// microseconds returns the time within which the given share of all was done; 0 when nothing was.
func (l *latencies) microseconds(share float64) float64 {
	rank := uint64(share * float64(l.count))
	seen := uint64(0)
	for step, count := range l.buckets {
		seen += uint64(count)
		if seen > rank {
			return (time.Duration(step) * latencyStep).Seconds() * 1e6
		}
	}
	return 0
}
