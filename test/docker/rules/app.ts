/** The program that most of the projects start. It does one thing and ends. */
export const source = `package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	port := flag.Int("port", 0, "the port to open")
	folder := flag.String("into", os.Getenv("UPLOAD_DIR"), "the folder to write to")
	wait := flag.Bool("wait", false, "stay for a while")
	flag.Parse()
	if *wait {
		time.Sleep(time.Minute)
	}
	if *port > 0 {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
		must(err)
		listener.Close()
		fmt.Printf("port %d is open. ", *port)
	}
	if *folder != "" {
		must(os.WriteFile(filepath.Join(*folder, "written"), nil, 0o600))
		fmt.Printf("%s is written to. ", *folder)
	}
	fmt.Printf("User %d:%d, given %q.\\n", os.Getuid(), os.Getgid(), flag.Args())
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`;

/** What imports nothing that is linked to the C library would be static with cgo, too. */
export const dockerfile = `FROM golang:1.27-trixie AS build
WORKDIR /src
COPY main.go .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -ldflags=-s -o /app main.go
FROM scratch
COPY --from=build /app /app
`;
