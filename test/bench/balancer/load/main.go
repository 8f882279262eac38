// Command load is the traffic of the balancer's benchmarks: the backends, and a client for each kind of load. Every client checks what
// it gets, is bounded in time, and prints one JSON object.
//
//	load backend    --http 9001,9002 --echo 9011 --sink 9021
//	load requests   --port 8080 --connections 64 --seconds 2 [--path /10k] [--fields] [--close] [--rate 2000] [--tls]
//	load roundtrips --port 8081 --connections 64 --seconds 2
//	load bulk       --port 8082 --connections 4 --seconds 2
//	load hold       --port 8080 --connections 1500 --protocol http
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
)

var commands = map[string]func(flags *flag.FlagSet, arguments []string) (any, error){
	"backend":    runBackend,
	"requests":   runRequests,
	"roundtrips": runRoundTrips,
	"bulk":       runBulk,
	"hold":       runHold,
}

func main() {
	// Nothing is allocated while a load runs, so that there is nothing to collect.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(256 << 20)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("which load? backend, requests, roundtrips, bulk or hold")
	}
	command, known := commands[arguments[0]]
	if !known {
		return fmt.Errorf("there is no load %q", arguments[0])
	}
	result, err := command(flag.NewFlagSet(arguments[0], flag.ExitOnError), arguments[1:])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
