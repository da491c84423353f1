// Command etcd is the server of go.etcd.io/etcd under its own name: its package is called "server", and Go names an
// executable after its folder.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
