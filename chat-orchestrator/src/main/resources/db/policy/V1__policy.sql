-- The policy as people administer it, who changed what, and what has yet to reach the log.
--
-- Chat never reads these tables: decisions go by the compacted topic alone.
-- No name is qualified; the schema is that of the connection.

-- One row for each subject; body is the record of the policy topic, by the one codec.
create table subjects (
    subject    text        collate "C" primary key,
    kind       text        collate "C" not null,
    name       text        collate "C" not null,
    -- Of a user's entry: the role that it names.
    role       text        collate "C",
    body       text        not null,
    version    bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    updated_by text        not null
);
create unique index subjects_by_name on subjects (kind, name);
create index subjects_by_role on subjects (role) where role is not null;

-- Every change, for good; record is the PolicyChange as it stands in the log, chained by hashes.
create table changes (
    ordinal bigint      primary key,
    subject text        collate "C" not null,
    -- The subject's version after the change, so that a subject made again goes on counting.
    version bigint      not null,
    at      timestamptz not null,
    hash    text        collate "C" not null,
    record  text        not null
);
create index changes_by_subject on changes (subject, ordinal);

-- What was changed and is not known to be in the log yet; value is null where the subject is gone.
create table outbox (
    ordinal bigint primary key references changes,
    subject text   collate "C" not null,
    value   text
);

-- The end of the chain. Whoever changes the policy holds this row, so changes have one order.
create table chain_head (
    id           integer primary key check (id = 1),
    next_ordinal bigint  not null,
    last_hash    text    collate "C" not null
);
insert into chain_head values (1, 0, repeat('0', 64));

-- Who carries the outbox into the log; free again when its time is over.
create table relay_lease (
    id    integer     primary key check (id = 1),
    owner text        collate "C" not null,
    until timestamptz not null
);
insert into relay_lease values (1, '', '-infinity');
