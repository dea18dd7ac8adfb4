package dev.parley.audit.ingest;

import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Where the records of one topic go. Writing the same rows twice is the same as writing them once.
 *
 * @param <R> a record as rows are made of it
 */
interface RecordStore<R> {

    Topic topic();

    /** Throws {@link UnreadableRecordException} for poison, and nothing else. */
    R read(ConsumerRecord<String, byte[]> record);

    /** Makes room for the rows, outside their transaction. */
    default void prepare(List<R> rows) throws SQLException {}

    /** Writes within the caller's transaction. */
    void write(Connection connection, List<R> rows) throws SQLException;
}
