// Connector is a hub with a connector of its own beside those that come with the
// module: what a vendor writes in a module outside this repository. All of
// appealhub's commands work with it.
package main

import (
	"os"

	"github.com/appealhub/appealhub/cmd/appealhub/cli"
	"github.com/appealhub/appealhub/connectors"
)

func main() { os.Exit(cli.Main("1.0.0", append(connectors.All(), spec()))) }
