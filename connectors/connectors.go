// Package connectors lists the connectors that the hub's program is built with.
//
// It is the one list: nothing registers itself. A connector that is not here is
// in the program only if another main package adds its Spec.
package connectors

import (
	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/connectors/pos"
	"github.com/appealhub/appealhub/connectors/webhook"
	"github.com/appealhub/appealhub/sdk"
)

// All returns the connectors' specs, in order of name.
func All() []sdk.Spec {
	return []sdk.Spec{directumrx.Spec(), pos.Spec(), webhook.Spec()}
}
