package hub

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestReadAgain: messages that the journal has are duplicates when they are read
// again, as where a partition moves while its last owner's commit is still under way.
func TestReadAgain(t *testing.T) {
	w := newBehindKafka(t)
	_, at, _ := w.do("POST", "/api/v1/appeals", doc("Яма"))
	status, location, _ := w.settled(at)
	if status != 307 {
		t.Fatal(status)
	}
	w.stop()
	c, err := pgx.Connect(t.Context(), w.cfg.Journal)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), "UPDATE offsets SET next = 0"); err != nil {
		t.Fatal(err)
	}
	w.start()
	count := func(sql string) (n int) {
		if err := c.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	w.eventually("read again", func() bool { return count("SELECT count(*) FROM offsets WHERE next > 0") > 0 })
	if n := count("SELECT count(*) FROM events WHERE kind LIKE 'item.%'"); n > 0 {
		t.Errorf("%d of the messages were rejected", n)
	}
	if status, again, _ := w.settled(at); status != 307 || again != location {
		t.Errorf("then %d %s, first %s", status, again, location)
	}
}
