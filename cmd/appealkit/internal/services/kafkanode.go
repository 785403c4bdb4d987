package services

import (
	"fmt"
	"path/filepath"
	"strings"
)

// node is one broker and controller.
type node struct {
	record
	id     int
	folder string
}

func (n node) properties() string { return filepath.Join(n.folder, "server.properties") }

// plain are the properties of a broker in plain text, in a cluster of all.
func (n node) plain(all []node) []string {
	return append(n.common(all),
		"listeners=PLAINTEXT://"+n.Address+",CONTROLLER://"+n.Controller,
		"advertised.listeners=PLAINTEXT://"+n.Address+",CONTROLLER://"+n.Controller,
		"listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
		"inter.broker.listener.name=PLAINTEXT",
	)
}

// common are the properties that don't depend on how clients connect.
func (n node) common(all []node) []string {
	replicas, inSync := len(all), min(2, len(all))
	return []string{
		"process.roles=broker,controller",
		fmt.Sprintf("node.id=%d", n.id),
		"controller.listener.names=CONTROLLER",
		"controller.quorum.bootstrap.servers=" + controllers(all),
		"log.dirs=" + n.Data,
		"auto.create.topics.enable=false",
		fmt.Sprintf("default.replication.factor=%d", replicas),
		fmt.Sprintf("min.insync.replicas=%d", inSync),
		fmt.Sprintf("offsets.topic.replication.factor=%d", replicas),
		"offsets.topic.num.partitions=6",
		fmt.Sprintf("transaction.state.log.replication.factor=%d", replicas),
		fmt.Sprintf("transaction.state.log.min.isr=%d", inSync),
		"transaction.state.log.num.partitions=6",
		fmt.Sprintf("share.coordinator.state.topic.replication.factor=%d", replicas),
		fmt.Sprintf("share.coordinator.state.topic.min.isr=%d", inSync),
		"group.initial.rebalance.delay.ms=0",
		// A killed broker that returns waits until its old session has ended.
		"broker.session.timeout.ms=3000",
		"broker.heartbeat.interval.ms=500",
	}
}

func controllers(all []node) string {
	var addresses []string
	for _, n := range all {
		addresses = append(addresses, n.Controller)
	}
	return strings.Join(addresses, ",")
}

// voters tell the format who the first controllers are.
func voters(all []node) []string {
	var each []string
	for _, n := range all {
		each = append(each, fmt.Sprintf("%d@%s:%s", n.id, n.Controller, n.DirID))
	}
	return []string{"--initial-controllers", strings.Join(each, ",")}
}
