package directumrx

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/appealhub/appealhub/sdk"
)

// counterparties is the set of persons and companies together.
const counterparties = "ICounterparties"

// correspondent returns the id of the applicant's card, which is created where
// there is none. It is found by our external id only: a search by name would put
// the name into an address, and find another person.
func (c *Connector) correspondent(ctx context.Context, a *sdk.Appeal) (int64, error) {
	const op = "look up correspondent"
	rule := c.cfg.profile.Correspondent
	kind := rule.Person
	if company(a.Applicant) {
		kind = rule.Company
	}
	external := externalID(a)
	done, err := c.people.wait(ctx, external)
	if err != nil {
		return 0, sdk.Errorf(sdk.Transient, op, "%w", err)
	}
	defer done()
	raws, _, err := c.list(ctx, op, kind.Set+query("$filter", rule.ExternalID+" eq "+quoted(external), "$orderby", "Id", "$top", "1"))
	if err != nil {
		return 0, unpublished(op, kind.Set, err)
	}
	found, err := sought(op, rule.ExternalID, external, raws)
	if err != nil {
		return 0, err
	}
	if len(found) > 0 {
		id, err := found[0].id()
		if err != nil {
			return 0, sdk.Errorf(sdk.Invalid, op, "%w", err)
		}
		return id, nil
	}
	entity := object{rule.ExternalID: external}
	c.fill(entity, kind.Properties, a)
	made, err := c.create(ctx, "create correspondent", kind.Set, entity)
	if err != nil {
		return 0, err
	}
	return made.id()
}

// company reports whether it is an organisation that appeals, with no person
// named.
func company(p sdk.Applicant) bool {
	return p.Organisation != "" && p.Surname == "" && p.Name == ""
}

// externalID is the applicant's id in the system: a digest of the name and every
// contact, written as a UUID. The same person with the same contacts has one
// card. Where there is no contact to tell people of one name apart, every appeal
// has a card of its own.
func externalID(a *sdk.Appeal) string {
	p := a.Applicant
	parts := []string{"appealhub applicant v1", p.Surname, p.Name, p.Patronymic, p.Organisation, p.Email, p.Phone, p.Address}
	if p.Email == "" && p.Phone == "" && p.Address == "" {
		parts = append(parts, a.ID)
	}
	var b []byte
	for _, s := range parts {
		s = strings.ToLower(strings.Join(strings.Fields(s), " "))
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	sum := sha256.Sum256(b)
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// turns lets one at a time look up and create the same card: two appeals of one
// applicant must not make two.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{}
}

// wait returns once it is this caller's turn for key; done passes it on.
func (t *turns) wait(ctx context.Context, key string) (done func(), err error) {
	for {
		t.mu.Lock()
		ahead, busy := t.taken[key]
		if !busy {
			if t.taken == nil {
				t.taken = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.taken[key] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				defer t.mu.Unlock()
				delete(t.taken, key)
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-ahead:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
