-- The record as it came from the log, and what is derived from it for queries.
--
-- Ids are text: a client may choose a conversation's id, and the record takes what the log holds.
-- Texts of persons stand only in links.record, sealed; no other table repeats them.
-- No name is qualified, so that the same scripts build a second store beside this one.

-- The next offset to read of each partition, moved in the transaction that stores what was read.
create table consumed_offsets (
    topic           text    not null,
    kafka_partition integer not null,
    next_offset     bigint  not null,
    primary key (topic, kafka_partition)
);

-- Records that the log had already dropped when they were asked for.
create table ingest_gaps (
    topic           text        not null,
    kafka_partition integer     not null,
    from_offset     bigint      not null,
    to_offset       bigint      not null,
    noticed_at      timestamptz not null,
    primary key (topic, kafka_partition, from_offset)
);

-- The chain. A redelivered link is the same row; two links with one number and different times
-- are both kept, since the second is evidence, and the verification names it.
create table links (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    user_id         text        collate "C" not null,
    kind            text        collate "C" not null,
    message_id      text        collate "C" not null,
    record          text        not null,
    hash            text        collate "C" not null,
    kafka_partition integer     not null,
    kafka_offset    bigint      not null,
    primary key (conversation_id, ordinal, at)
) partition by range (at);
-- What lies outside every month that was made: times that no clock should have given.
create table links_default partition of links default;
-- Sealed texts are base64: compressing them costs time and saves little.
alter table links alter column record set storage external;

create table conversations (
    id              text        collate "C" primary key,
    user_id         text        collate "C" not null,
    team            text        collate "C",
    role            text        collate "C" not null,
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    links           bigint      not null,
    max_ordinal     bigint      not null,
    messages        bigint      not null
);
create index conversations_by_user on conversations (user_id, first_at desc, id desc);
create index conversations_by_time on conversations (first_at desc, id desc);

-- What a person made of a conversation's list entry; not part of the record.
create table conversation_labels (
    conversation_id text        collate "C" primary key,
    user_id         text        collate "C" not null,
    title_key_id    text        collate "C",
    title_sealed    text,
    archived        boolean     not null,
    version         bigint      not null,
    changed_at      timestamptz not null
);
create index conversation_labels_by_user on conversation_labels (user_id);

-- One row for what the user sent and one for its end; the ordinal says which link it is.
create table messages (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    message_id      text        collate "C" not null,
    author          text        collate "C" not null,
    user_id         text        collate "C" not null,
    team            text        collate "C",
    role            text        collate "C" not null,
    parent_id       text        collate "C",
    regenerates     text        collate "C",
    model           text        collate "C",
    entrance        text        collate "C",
    status          text        collate "C" not null,
    code            text        collate "C",
    tokens_input    bigint,
    tokens_output   bigint,
    tokens_cached   bigint,
    cost            numeric,
    attempt         integer,
    started_at      timestamptz,
    first_token_at  timestamptz,
    ended_at        timestamptz,
    worker          text        collate "C",
    primary key (conversation_id, ordinal)
);
create index messages_by_message on messages (message_id);
create index messages_sent_by_time on messages (at desc, message_id desc) where author = 'user';
create index messages_sent_by_user on messages (user_id, at desc, message_id desc) where author = 'user';

create table tool_calls (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    message_id      text        collate "C" not null,
    user_id         text        collate "C" not null,
    call_id         text        collate "C" not null,
    server          text        collate "C" not null,
    tool            text        collate "C" not null,
    status          text        collate "C" not null,
    duration_ms     bigint      not null,
    primary key (conversation_id, ordinal)
);
create index tool_calls_by_message on tool_calls (message_id);
create index tool_calls_by_tool on tool_calls (tool, at desc);

create table refusals (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    message_id      text        collate "C" not null,
    user_id         text        collate "C" not null,
    team            text        collate "C",
    role            text        collate "C" not null,
    model           text        collate "C",
    entrance        text        collate "C",
    code            text        collate "C" not null,
    limit_name      text        collate "C",
    primary key (conversation_id, ordinal)
);
create index refusals_by_time on refusals (at desc, conversation_id desc, ordinal desc);

create table charges (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    message_id      text        collate "C" not null,
    user_id         text        collate "C" not null,
    team            text        collate "C",
    role            text        collate "C" not null,
    tokens_input    bigint      not null,
    tokens_output   bigint      not null,
    tokens_cached   bigint      not null,
    estimated       boolean     not null,
    cost            numeric,
    reserved        bigint      not null,
    requested_at    timestamptz,
    primary key (conversation_id, ordinal)
);
create index charges_by_message on charges (message_id);
create index charges_by_time on charges (at);

-- Steps of a message's way. The digest tells two steps of one microsecond apart and makes a
-- repeated record the same row.
create table flow (
    message_id      text        collate "C" not null,
    started_at      timestamptz not null,
    digest          bigint      not null,
    conversation_id text        collate "C",
    user_id         text        collate "C" not null,
    name            text        collate "C" not null,
    service         text        collate "C" not null,
    instance        text        collate "C" not null,
    duration_us     bigint      not null,
    status          text        collate "C" not null,
    detail          text        not null,
    kafka_partition integer     not null,
    kafka_offset    bigint      not null,
    primary key (message_id, started_at, digest)
) partition by range (started_at);
create table flow_default partition of flow default;

create table person_keys (
    user_id         text        collate "C" not null,
    key_id          text        collate "C" not null,
    wrapped         text,
    created_at      timestamptz not null,
    destroyed_at    timestamptz,
    primary key (user_id, key_id)
);

-- Links that wait for the indexer.
create table search_pending (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    user_id         text        collate "C" not null,
    queued_at       timestamptz not null,
    retry_at        timestamptz not null,
    primary key (conversation_id, ordinal)
);
create index search_pending_by_turn on search_pending (retry_at);
create index search_pending_by_user on search_pending (user_id);

-- Words as keyed hashes: they can be looked up and cannot be read. Ordinal -1 is a given title.
create table search_words (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    user_id         text        collate "C" not null,
    message_id      text        collate "C",
    words           tsvector    not null,
    primary key (conversation_id, ordinal)
);
create index search_words_by_word on search_words using gin (words);
create index search_words_by_user on search_words (user_id);

-- Who read what through the audit calls; what was asked is sealed.
create table audit_reads (
    id              bigint generated always as identity primary key,
    at              timestamptz not null,
    reader          text        collate "C" not null,
    role            text        collate "C" not null,
    call            text        collate "C" not null,
    target          text        collate "C",
    filters_sealed  text        not null
);
create index audit_reads_by_time on audit_reads (at desc);
