#!/usr/bin/env bash
# One script for every command of the distribution's bin/: the name it is called by says which class it runs.
set -euo pipefail

declare -A classes=(
  [kafka-server-start.sh]=kafka.Kafka
  [kafka-storage.sh]=kafka.tools.StorageTool
  [kafka-configs.sh]=kafka.admin.ConfigCommand
  [kafka-dump-log.sh]=kafka.tools.DumpLogSegments
  [kafka-topics.sh]=org.apache.kafka.tools.TopicCommand
  [kafka-acls.sh]=org.apache.kafka.tools.AclCommand
  [kafka-groups.sh]=org.apache.kafka.tools.GroupsCommand
  [kafka-consumer-groups.sh]=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
  [kafka-share-groups.sh]=org.apache.kafka.tools.consumer.group.ShareGroupCommand
  [kafka-console-producer.sh]=org.apache.kafka.tools.ConsoleProducer
  [kafka-console-consumer.sh]=org.apache.kafka.tools.consumer.ConsoleConsumer
  [kafka-console-share-consumer.sh]=org.apache.kafka.tools.consumer.ConsoleShareConsumer
  [kafka-broker-api-versions.sh]=org.apache.kafka.tools.BrokerApiVersionsCommand
  [kafka-get-offsets.sh]=org.apache.kafka.tools.GetOffsetShell
  [kafka-features.sh]=org.apache.kafka.tools.FeatureCommand
  [kafka-metadata-quorum.sh]=org.apache.kafka.tools.MetadataQuorumCommand
  [kafka-delete-records.sh]=org.apache.kafka.tools.DeleteRecordsCommand
  [kafka-transactions.sh]=org.apache.kafka.tools.TransactionsCommand
  [kafka-producer-perf-test.sh]=org.apache.kafka.tools.ProducerPerformance
)

home=/opt/kafka
name=$(basename "$0")

if [[ ${1-} == --link-tools ]]; then
  for tool in "${!classes[@]}"; do ln -sf kafka-class.sh "$home/bin/$tool"; done
  exit
fi
class=${classes[$name]-}
[[ -n $class ]] || { echo "$name: unknown command" >&2; exit 1; }

if [[ $class == kafka.Kafka ]]; then
  # The same heap and collector as the distribution's; the cache is used if it fits the options, and ignored if not.
  options="${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G} ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:+ExplicitGCInvokesConcurrent}"
  options="$options ${PARLEY_AOT_OPTS:--XX:AOTCache=$home/kafka.aot -Xlog:aot*=off -Xlog:cds*=off}"
  # Kafka unmaps its index files through Unsafe, and Java 25 would warn about that at every start.
  options="$options --sun-misc-unsafe-memory-access=allow -Djava.awt.headless=true -Dkafka.logs.dir=$home/logs"
  logging=${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=$home/config/log4j2.yaml}
else
  options="${KAFKA_HEAP_OPTS:--Xmx256M} -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
  logging=-Dlog4j2.configurationFile=/etc/kafka/docker/tools-log4j2.yaml
fi
# shellcheck disable=SC2086 # options are several words
exec java $options $logging ${KAFKA_OPTS-} ${KAFKA_JMX_OPTS-} -cp "$home/libs/*" "$class" "$@"
