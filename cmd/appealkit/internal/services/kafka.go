package services

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// kafkaKind runs a broker that is a controller too.
type kafkaKind struct{ s *Services }

// nodes are the brokers as their records have them, in the order of their ids.
func (k *kafkaKind) nodes() ([]node, error) {
	st, err := k.s.load()
	if err != nil {
		return nil, err
	}
	var all []node
	for n, v := range k.s.brokers {
		rec, ok := st.Servers[v.name]
		if !ok {
			return nil, errors.New("the other brokers were never set up")
		}
		all = append(all, node{id: n + 1, folder: filepath.Dir(rec.Data), record: rec})
	}
	return all, nil
}

func (k *kafkaKind) prepare(ctx context.Context, rec record) error {
	nodes, err := k.nodes()
	if err != nil {
		return err
	}
	me := nodes[0]
	for _, n := range nodes {
		if n.Data == rec.Data {
			me = n
		}
	}
	if err := k.configure(me, nodes); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(me.Data, "meta.properties")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(me.Data); err != nil { // of a format that was cut short
		return err
	}
	return k.format(ctx, me, nodes)
}

// format makes the broker's data folder.
func (k *kafkaKind) format(ctx context.Context, me node, nodes []node) error {
	st, err := k.s.load()
	if err != nil {
		return err
	}
	args := []string{"format", "-t", st.Kafka.ID, "-c", me.properties()}
	args = append(args, voters(nodes)...)
	if st.Kafka.Secure {
		users, err := k.s.scram()
		if err != nil {
			return err
		}
		args = append(args, users...)
	}
	l, err := k.java(k.s.pins.ToolJVM, "kafka.tools.StorageTool", args...)
	if err != nil {
		return err
	}
	return l.once(ctx)
}

// configure writes a broker's properties, and certificates where it needs them.
func (k *kafkaKind) configure(me node, all []node) error {
	lines := me.plain(all)
	if k.s.cfg.Secure {
		var err error
		if lines, err = k.s.secured(me); err != nil {
			return err
		}
	}
	return replace(me.properties(), []byte(strings.Join(lines, "\n")+"\n"))
}

func (k *kafkaKind) launch(rec record) (launch, error) {
	me := node{folder: filepath.Dir(rec.Data)}
	return k.java(k.s.pins.BrokerJVM, "kafka.Kafka", me.properties())
}

// java is a program of Kafka's on the machine's Java.
func (k *kafkaKind) java(jvm []string, class string, args ...string) (launch, error) {
	home, err := k.s.jars()
	if err != nil {
		return launch{}, err
	}
	java, err := javaProgram()
	if err != nil {
		return launch{}, err
	}
	all := append([]string{}, jvm...)
	if archive := home.archive(java, k.s.pins.BrokerJVM); exists(archive) {
		all = append(all, "-XX:SharedArchiveFile="+archive, "-Xshare:auto")
	}
	all = append(all, "@"+home.classPath(), "-Dlog4j2.configurationFile="+home.logging(), class)
	return launch{program: java, args: append(all, args...), dir: "/", stop: syscall.SIGTERM}, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
