package intake

import (
	"github.com/appealhub/appealhub/hub/internal/document"
	"github.com/appealhub/appealhub/sdk"
)

// ReadAppeal decodes, validates and normalizes one appeal.v1 document. The
// error is a *sdk.ValidationError.
func ReadAppeal(body []byte) (sdk.Appeal, error) {
	a, err := document.DecodeAppeal(body)
	if err != nil {
		return sdk.Appeal{}, err
	}
	if err := a.Validate(); err != nil {
		return sdk.Appeal{}, err
	}
	Normalize(&a)
	return a, nil
}

// ReadChange decodes, validates and normalizes one status-change.v1 document.
// The error is a *sdk.ValidationError.
func ReadChange(body []byte) (sdk.StatusChange, error) {
	c, err := document.DecodeChange(body)
	if err != nil {
		return sdk.StatusChange{}, err
	}
	if err := c.Validate(); err != nil {
		return sdk.StatusChange{}, err
	}
	NormalizeChange(&c)
	return c, nil
}
