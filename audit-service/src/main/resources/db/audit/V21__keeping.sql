-- Forgetting, and what keeps from it. The acts themselves are kept.

create table erasures (
    erasure_id      text        collate "C" primary key,
    user_id         text        collate "C" not null,
    requested_by    text        collate "C" not null,
    requested_at    timestamptz not null,
    published_at    timestamptz,
    completed_at    timestamptz
);
create index erasures_by_time on erasures (requested_at desc, erasure_id desc);
create index erasures_open on erasures (user_id) where completed_at is null;

-- While one of these stands, nothing of it is erased or dropped.
create table legal_holds (
    hold_id         text        collate "C" primary key,
    kind            text        collate "C" not null check (kind in ('user', 'conversation_id', 'team')),
    subject         text        collate "C" not null,
    reason          text        not null,
    placed_by       text        collate "C" not null,
    placed_at       timestamptz not null,
    released_by     text        collate "C",
    released_at     timestamptz
);
create index legal_holds_standing on legal_holds (kind, subject) where released_at is null;

create table retention_rules (
    kind            text        collate "C" not null check (kind in ('roles', 'teams')),
    name            text        collate "C" not null,
    days            integer     not null check (days > 0),
    set_by          text        collate "C" not null,
    set_at          timestamptz not null,
    primary key (kind, name)
);

-- What was done, by whom, to what: rules set and removed, holds placed and released, what the
-- retention dropped and what held it back.
create table keeping_acts (
    id              bigint generated always as identity primary key,
    at              timestamptz not null,
    actor           text        collate "C" not null,
    act             text        collate "C" not null,
    subject         text        collate "C" not null,
    detail          text        not null
);
create index keeping_acts_by_time on keeping_acts (at desc, id desc);

-- What the retention took of a conversation: its links up to this one, whose hash the rest of the
-- chain goes on from.
alter table conversations add column dropped_at timestamptz;
alter table conversations add column dropped_through bigint;
alter table conversations add column dropped_hash text collate "C";
create index conversations_by_last on conversations (last_at);

create table export_jobs (
    export_id       text        collate "C" primary key,
    format          text        collate "C" not null,
    filter_sealed   text        not null,
    target          text        collate "C" not null,
    requested_by    text        collate "C" not null,
    requested_role  text        collate "C" not null,
    team_scope      text        collate "C",
    requested_at    timestamptz not null,
    state           text        collate "C" not null,
    done            bigint      not null,
    total           bigint      not null,
    bytes           bigint      not null,
    cursor_at       timestamptz,
    cursor_id       text        collate "C",
    location        text,
    error           text,
    finished_at     timestamptz,
    lease_until     timestamptz
);
create index export_jobs_by_time on export_jobs (requested_at desc, export_id desc);
create index export_jobs_open on export_jobs (requested_at) where state in ('waiting', 'running');

-- Whose texts a finished file holds, so that an erasure can name the files that it cannot reach.
create table export_persons (
    export_id       text        collate "C" not null references export_jobs on delete cascade,
    user_id         text        collate "C" not null,
    erased_at       timestamptz,
    primary key (export_id, user_id)
);
create index export_persons_by_user on export_persons (user_id);

create table imports (
    import_id       text        collate "C" primary key,
    user_id         text        collate "C" not null,
    imported_by     text        collate "C" not null,
    imported_at     timestamptz not null,
    source          text        collate "C" not null,
    conversations   bigint      not null,
    messages        bigint      not null,
    skipped         bigint      not null
);
create index imports_by_time on imports (imported_at desc, import_id desc);
