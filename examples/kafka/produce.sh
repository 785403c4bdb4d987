#!/usr/bin/env bash
# Submits an appeal past the API: into the inbound topic, as any program may.
#   examples/kafka/produce.sh FILE ID [TOPIC]
# The key is the source's reference, link/id; an appeal of nobody's link comes from
# the link api. The headers are CloudEvents 1.0 in Kafka's binary mode.
set -euo pipefail
file=$1 id=$2 topic=${3:-appeals.inbound.v1}
tr -d '\n' <"$file" | kcat -P -b "${KAFKA_BROKERS:-127.0.0.1:9092}" -t "$topic" -X partitioner=murmur2_random -X enable.idempotence=true -k "api/$id" \
	-H ce_specversion=1.0 -H "ce_id=$(cat /proc/sys/kernel/random/uuid)" -H ce_source=urn:example:kcat \
	-H ce_type=org.appealhub.inbound.appeal.v1 -H "ce_time=$(date -u +%Y-%m-%dT%H:%M:%SZ)" -H content-type=application/json -H ce_hublink=api
