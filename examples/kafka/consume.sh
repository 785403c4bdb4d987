#!/usr/bin/env bash
# Follows the feed of the journal's events: one line each, headers and all. No
# personal data is in it; ce_dataref says where the API tells more.
#   examples/kafka/consume.sh [TOPIC] [kcat's options]
set -euo pipefail
topic=${1:-appeals.events.v1}
kcat -C -b "${KAFKA_BROKERS:-127.0.0.1:9092}" -t "$topic" -f '%k %h %s\n' "${@:2}"
