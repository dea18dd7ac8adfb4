/**
 * The policy's administration: people change it by REST calls, PostgreSQL keeps it, the policy
 * topic carries it to whoever decides.
 *
 * <p>A change is one transaction: the subject's row, a link of the chain of changes, a row of the
 * outbox. Whoever changes holds the row of {@code chain_head}, so changes are ordered, their
 * ordinals dense and every rule is checked against what will stand. One instance at a time, the
 * holder of the lease, carries the outbox into the topics, in order, each change in one Kafka
 * transaction; after a death it finds by the last change in the log what has already gone.
 *
 * <p>Threads: the web server's; {@code policy-relay}; {@code tool-catalogs}; {@code policy-schema}
 * until PostgreSQL was reached. Without a database none of this is there.
 */
@NullMarked
package dev.parley.orchestrator.admin;

import org.jspecify.annotations.NullMarked;
