// Appealhub is the hub's server and the operator's command line with the
// connectors that come with this module. All it does is in package cli.
package main

import (
	"os"

	"github.com/appealhub/appealhub/cmd/appealhub/cli"
	"github.com/appealhub/appealhub/connectors"
)

// version is set when the program is built.
var version = "dev"

func main() { os.Exit(cli.Main(version, connectors.All())) }
