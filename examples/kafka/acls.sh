#!/usr/bin/env bash
# Gives a hub the least rights in Kafka, by the kafka-acls.sh of Kafka's own folder bin/.
#   KAFKA_BROKERS=host:9092 KAFKA_ADMIN=client.properties examples/kafka/acls.sh USER
# USER is the hub's: that of bus, or of its certificate as the brokers map it.
# PREFIX is bus's parameter prefix; with CREATE=yes the hub may make the topics itself.
set -euo pipefail
user=$1 prefix=${PREFIX:-}
allow() {
	kafka-acls.sh --bootstrap-server "${KAFKA_BROKERS:-127.0.0.1:9092}" ${KAFKA_ADMIN:+--command-config "$KAFKA_ADMIN"} \
		--add --allow-principal "User:$user" "$@"
}
allow --topic "${prefix}appeals.inbound.v1" --operation Read --operation Write --operation DescribeConfigs
allow --topic "${prefix}appeals.events.v1" --operation Write --operation DescribeConfigs
allow --topic "${prefix}appeals.dead.v1" --operation Read --operation Write --operation DescribeConfigs
allow --group "${prefix}appealhub" --operation Read
if [ "${CREATE:-}" = yes ]; then
	for topic in inbound events dead; do allow --topic "${prefix}appeals.$topic.v1" --operation Create; done
fi
