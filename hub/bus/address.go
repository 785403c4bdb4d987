package bus

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// ParseAddress reads kafka://host:port,host:port?….
func ParseAddress(address string) (Config, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "kafka" || u.Host == "" {
		return Config{}, fmt.Errorf("bus: is no address of Kafka brokers")
	}
	c := Config{Brokers: strings.Split(u.Host, ",")}
	q := u.Query()
	n := func(name string) int { v, _ := strconv.Atoi(q.Get(name)); return v }
	c.Prefix, c.Partitions, c.Replication, c.MinISR = q.Get("prefix"), int32(n("partitions")), int16(n("replication")), int16(n("min_insync"))
	return c, nil
}
