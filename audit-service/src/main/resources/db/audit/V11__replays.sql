-- Conversations that are played or run again. What is asked for stands here, so that it goes on
-- after a restart; what is played or answered is in the record.
create table replays (
    replay_id       text        collate "C" primary key,
    mode            text        collate "C" not null,
    state           text        collate "C" not null,
    conversation_id text        collate "C" not null,
    requested_by    text        collate "C" not null,
    requested_role  text        collate "C" not null,
    requested_at    timestamptz not null,
    speed           double precision not null,
    idle_max_ms     bigint,
    position_ms     bigint      not null,
    -- Counts the words of whoever controls it, so that players notice them.
    epoch           bigint      not null,
    seeks           bigint      not null,
    model           text        collate "C",
    derived_id      text        collate "C",
    rerun_id        text        collate "C",
    error           text,
    finished_at     timestamptz
);
create index replays_running on replays (requested_at)
    where mode = 'rerun' and state = 'running';
create index replays_by_derived on replays (derived_id) where derived_id is not null;
create index replays_by_rerun on replays (rerun_id) where rerun_id is not null;

-- The questions of a rerun, in their order.
create table replay_answers (
    replay_id       text        collate "C" not null,
    number          integer     not null,
    message_id      text        collate "C" not null,
    derived_message_id text     collate "C" not null,
    state           text        collate "C" not null,
    tries           integer     not null,
    asked_at        timestamptz,
    primary key (replay_id, number)
);

-- Many conversations run again under one budget.
create table reruns (
    rerun_id        text        collate "C" primary key,
    state           text        collate "C" not null,
    filter_sealed   text        not null,
    model           text        collate "C",
    budget_tokens   bigint,
    budget_cost     numeric,
    requested_by    text        collate "C" not null,
    requested_role  text        collate "C" not null,
    requested_at    timestamptz not null,
    finished_at     timestamptz
);
create index reruns_running on reruns (requested_at) where state = 'running';

create table rerun_items (
    rerun_id        text        collate "C" not null,
    number          integer     not null,
    conversation_id text        collate "C" not null,
    replay_id       text        collate "C",
    primary key (rerun_id, number)
);
