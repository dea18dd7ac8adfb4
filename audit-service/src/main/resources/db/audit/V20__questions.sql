-- What the auditors' questions need, beside the record.
--
-- An answer's row carries how long its user waited, counted from the link of the question, so that
-- slow answers can be found by an index. Old rows have none.
alter table messages add column asked_at timestamptz;
alter table messages add column first_token_ms bigint;
alter table messages add column latency_ms bigint;

-- Each list walks one of these in its order. The partial ones hold what is rare, and cost the
-- insert path next to nothing; what they leave out is common, and is soon met by walking by time.
create index messages_sent_by_team on messages (team, at desc, message_id desc)
    where author = 'user';
create index messages_sent_by_rare_role on messages (role, at desc, message_id desc)
    where author = 'user' and role <> 'user';
create index messages_answered_by_time on messages (at desc, message_id desc)
    where author = 'assistant';
create index messages_answered_by_model on messages (model, at desc, message_id desc)
    where author = 'assistant';
create index messages_not_done on messages (status, at desc, message_id desc)
    where author = 'assistant' and status <> 'done';
create index messages_by_code on messages (code, at desc, message_id desc)
    where code is not null;
create index messages_slow on messages (latency_ms)
    where author = 'assistant' and latency_ms >= 10000;
create index messages_slow_to_begin on messages (first_token_ms)
    where author = 'assistant' and first_token_ms >= 2000;
create index messages_by_conversation_code on messages (conversation_id, code)
    where code is not null;

create index conversations_by_team on conversations (team, first_at desc, id desc);
create index conversations_by_rare_role on conversations (role, first_at desc, id desc)
    where role <> 'user';

create index tool_calls_by_conversation on tool_calls (conversation_id);
create index tool_calls_by_user on tool_calls (user_id, at desc);

create index refusals_by_code on refusals (code, at desc, message_id desc);
create index refusals_by_user on refusals (user_id, at desc, message_id desc);
create index refusals_by_team on refusals (team, at desc, message_id desc);

create index charges_by_user on charges (user_id, at);
create index charges_by_team on charges (team, user_id, at);

create index audit_reads_by_reader on audit_reads (reader, at desc);

-- Charges that are not in the sums yet.
create table usage_pending (
    conversation_id text        collate "C" not null,
    ordinal         bigint      not null,
    queued_at       timestamptz not null,
    retry_at        timestamptz not null,
    primary key (conversation_id, ordinal)
);
create index usage_pending_by_turn on usage_pending (retry_at);
insert into usage_pending
    select conversation_id, ordinal, now(), now() from charges;

-- Sums of charges by day (UTC); no person is named. Empty text stands for none.
create table usage_days (
    day             date        not null,
    team            text        collate "C" not null,
    role            text        collate "C" not null,
    model           text        collate "C" not null,
    status          text        collate "C" not null,
    code            text        collate "C" not null,
    messages        bigint      not null,
    tokens_input    bigint      not null,
    tokens_output   bigint      not null,
    tokens_cached   bigint      not null,
    cost            numeric     not null,
    priced          bigint      not null,
    primary key (day, team, role, model, status, code)
);

-- The same of the messages that used a tool, once for each tool.
create table tool_days (
    day             date        not null,
    tool            text        collate "C" not null,
    team            text        collate "C" not null,
    role            text        collate "C" not null,
    model           text        collate "C" not null,
    status          text        collate "C" not null,
    code            text        collate "C" not null,
    messages        bigint      not null,
    tokens_input    bigint      not null,
    tokens_output   bigint      not null,
    tokens_cached   bigint      not null,
    cost            numeric     not null,
    priced          bigint      not null,
    primary key (day, tool, team, role, model, status, code)
);
create index tool_days_by_tool on tool_days (tool, day);
