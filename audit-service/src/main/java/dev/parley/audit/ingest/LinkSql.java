package dev.parley.audit.ingest;

/** The two statements of {@link LinkStore}. */
final class LinkSql {

    /** Made once a connection, emptied by each commit; its columns in the order of the COPY. */
    static final String STAGING =
            """
            CREATE TEMP TABLE IF NOT EXISTS staged_links (
                conversation_id text COLLATE "C",
                ordinal bigint,
                at timestamptz,
                user_id text COLLATE "C",
                team text COLLATE "C",
                role text COLLATE "C",
                kind text COLLATE "C",
                message_id text COLLATE "C",
                record text,
                hash text COLLATE "C",
                kafka_partition integer,
                kafka_offset bigint,
                status text COLLATE "C",
                code text COLLATE "C",
                model text COLLATE "C",
                entrance text COLLATE "C",
                attempt integer,
                searchable boolean,
                tokens_input bigint,
                tokens_output bigint,
                tokens_cached bigint,
                estimated boolean,
                cost numeric,
                parent_id text COLLATE "C",
                regenerates text COLLATE "C",
                started_at timestamptz,
                first_token_at timestamptz,
                ended_at timestamptz,
                worker text COLLATE "C",
                call_id text COLLATE "C",
                server text COLLATE "C",
                tool text COLLATE "C",
                duration_ms bigint,
                limit_name text COLLATE "C",
                reserved bigint,
                requested_at timestamptz,
                author text COLLATE "C",
                question_id text COLLATE "C"
            ) ON COMMIT DELETE ROWS
            """;

    /**
     * {@code fresh} are the places of links that were not there before. When a question was asked
     * whose answer is here too is found by a window and not by a join: of a table that was just
     * filled the planner knows nothing, and what it guesses makes a large batch quadratic.
     */
    static final String INSERT =
            """
            WITH fresh AS (
                INSERT INTO links (conversation_id, ordinal, at, user_id, kind, message_id,
                                   record, hash, kafka_partition, kafka_offset)
                SELECT conversation_id, ordinal, at, user_id, kind, message_id,
                       record, hash, kafka_partition, kafka_offset
                FROM staged_links
                ON CONFLICT DO NOTHING
                RETURNING kafka_partition, kafka_offset
            ), link AS MATERIALIZED (
                SELECT conversation_id, ordinal, at, user_id, team, role, kind, message_id,
                       status, code, model, entrance, attempt, searchable,
                       tokens_input, tokens_output, tokens_cached, estimated, cost,
                       parent_id, regenerates, started_at, first_token_at, ended_at, worker,
                       call_id, server, tool, duration_ms, limit_name, reserved, requested_at,
                       author, question_id,
                       min(at) FILTER (WHERE kind = 'user')
                           OVER (PARTITION BY conversation_id, message_id) AS asked_here
                FROM staged_links JOIN fresh USING (kafka_partition, kafka_offset)
            ), message AS (
                INSERT INTO messages (conversation_id, ordinal, at, message_id, author, user_id,
                                      team, role, parent_id, regenerates, model, entrance, status,
                                      code, tokens_input, tokens_output, tokens_cached, cost,
                                      attempt, started_at, first_token_at, ended_at, worker,
                                      asked_at, first_token_ms, latency_ms)
                SELECT l.conversation_id, l.ordinal, l.at, l.question_id, l.author, l.user_id,
                       l.team, l.role, l.parent_id, l.regenerates, l.model, l.entrance, l.status,
                       l.code, l.tokens_input, l.tokens_output, l.tokens_cached, l.cost,
                       l.attempt, l.started_at, l.first_token_at, l.ended_at, l.worker, l.asked,
                       (extract(epoch FROM l.first_token_at - l.asked) * 1000)::bigint,
                       (extract(epoch FROM l.ended_at - l.asked) * 1000)::bigint
                FROM (
                    SELECT k.*, CASE WHEN k.kind IN ('assistant', 'failure') THEN coalesce(
                        k.asked_here,
                        (SELECT min(m.at) FROM messages m
                         WHERE m.author = 'user' AND m.message_id = k.message_id
                           AND m.conversation_id = k.conversation_id)) END AS asked
                    FROM link k WHERE k.author IS NOT NULL OFFSET 0
                ) l
                ON CONFLICT DO NOTHING
            ), call AS (
                INSERT INTO tool_calls (conversation_id, ordinal, at, message_id, user_id,
                                        call_id, server, tool, status, duration_ms)
                SELECT conversation_id, ordinal, at, message_id, user_id,
                       call_id, server, tool, status, duration_ms
                FROM link WHERE kind = 'tool_call'
                ON CONFLICT DO NOTHING
            ), refusal AS (
                INSERT INTO refusals (conversation_id, ordinal, at, message_id, user_id, team,
                                      role, model, entrance, code, limit_name)
                SELECT conversation_id, ordinal, at, message_id, user_id, team,
                       role, model, entrance, code, limit_name
                FROM link WHERE kind = 'refusal'
                ON CONFLICT DO NOTHING
            ), charge AS (
                INSERT INTO charges (conversation_id, ordinal, at, message_id, user_id, team,
                                     role, tokens_input, tokens_output, tokens_cached, estimated,
                                     cost, reserved, requested_at)
                SELECT conversation_id, ordinal, at, message_id, user_id, team,
                       role, tokens_input, tokens_output, tokens_cached, estimated,
                       cost, reserved, requested_at
                FROM link WHERE kind = 'charge'
                ON CONFLICT DO NOTHING
            ), unsummed AS (
                INSERT INTO usage_pending (conversation_id, ordinal, queued_at, retry_at)
                SELECT conversation_id, ordinal, now(), now() FROM link WHERE kind = 'charge'
                ON CONFLICT DO NOTHING
            ), approval AS (
                INSERT INTO approvals (conversation_id, ordinal, at, message_id, user_id, call_id,
                                       server, tool, decision, decided_by, decided_at)
                SELECT conversation_id, ordinal, at, message_id, user_id, call_id,
                       server, tool, status, worker, ended_at
                FROM link WHERE kind = 'approval'
                ON CONFLICT DO NOTHING
            ), unsigned AS (
                INSERT INTO checkpoint_pending SELECT DISTINCT conversation_id FROM link
            ), pending AS (
                INSERT INTO search_pending (conversation_id, ordinal, at, user_id,
                                            queued_at, retry_at)
                SELECT conversation_id, ordinal, at, user_id, now(), now()
                FROM link WHERE searchable
                ON CONFLICT DO NOTHING
            )
            INSERT INTO conversations AS c (id, user_id, team, role, first_at, last_at,
                                            links, max_ordinal, messages)
            SELECT conversation_id,
                   (array_agg(user_id ORDER BY ordinal))[1],
                   (array_agg(team ORDER BY ordinal))[1],
                   (array_agg(role ORDER BY ordinal))[1],
                   min(at), max(at), count(*), max(ordinal),
                   count(*) FILTER (WHERE author = 'user')
            FROM link GROUP BY conversation_id ORDER BY conversation_id
            ON CONFLICT (id) DO UPDATE SET
                first_at = least(c.first_at, excluded.first_at),
                last_at = greatest(c.last_at, excluded.last_at),
                links = c.links + excluded.links,
                max_ordinal = greatest(c.max_ordinal, excluded.max_ordinal),
                messages = c.messages + excluded.messages
            """;

    private LinkSql() {}
}
