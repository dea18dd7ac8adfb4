-- What the record is proved by, and what is known of the policy.

-- A word on a tool call.
create table approvals (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    at              timestamptz not null,
    message_id      text        collate "C" not null,
    user_id         text        collate "C" not null,
    call_id         text        collate "C" not null,
    server          text        collate "C" not null,
    tool            text        collate "C" not null,
    decision        text        collate "C" not null,
    decided_by      text        collate "C",
    decided_at      timestamptz not null,
    primary key (conversation_id, ordinal)
);
create index approvals_by_message on approvals (message_id);

-- The chain of changes of the policy. Two changes of one number are both kept, as evidence.
create table policy_changes (
    ordinal         bigint      not null,
    change_id       text        collate "C" not null,
    at              timestamptz not null,
    actor           text        collate "C" not null,
    action          text        collate "C" not null,
    subject         text        collate "C" not null,
    record          text        not null,
    hash            text        collate "C" not null,
    kafka_partition integer     not null,
    kafka_offset    bigint      not null,
    primary key (ordinal, change_id)
);
create index policy_changes_by_subject on policy_changes (subject, ordinal desc);
create index policy_changes_by_actor on policy_changes (actor, ordinal desc);

-- Public keys that ever signed here.
create table signing_keys (
    key_id          text        collate "C" primary key,
    public_key      text        not null,
    since           timestamptz not null
);

create table chain_checkpoints (
    number          bigint      primary key,
    at              timestamptz not null,
    conversations   integer     not null,
    root            text        collate "C" not null,
    prev_hash       text        collate "C" not null,
    hash            text        collate "C" not null,
    key_id          text        collate "C" not null,
    signature       text        not null,
    published       boolean     not null
);
create index chain_checkpoints_unpublished on chain_checkpoints (number) where not published;

-- Leaves, in the order of the tree.
create table checkpoint_heads (
    number          bigint      not null,
    leaf            integer     not null,
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    hash            text        collate "C" not null,
    kafka_partition integer     not null,
    kafka_offset    bigint      not null,
    primary key (number, leaf)
);
create index checkpoint_heads_by_conversation
    on checkpoint_heads (conversation_id, number desc);

-- Conversations that went on since the last checkpoint, each once a batch. No index: the insert
-- path pays for a narrow row, and the one reader takes all of it.
create table checkpoint_pending (
    conversation_id text        collate "C" not null
);
