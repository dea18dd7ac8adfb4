-- The usage of slow answers is added up from these indexes alone: beside the waiting time, which
-- leads, they hold all that such a question narrows or adds up. Who asks without a range of time
-- for a waiting time below their bounds asks for much of the record, and that is read.
create index messages_slow_usage on messages (latency_ms)
    include (first_token_ms, at, user_id, team, role, model, status, code, tokens_input,
             tokens_output, tokens_cached, cost, conversation_id, message_id)
    where author = 'assistant' and latency_ms >= 10000;
create index messages_slow_to_begin_usage on messages (first_token_ms)
    include (latency_ms, at, user_id, team, role, model, status, code, tokens_input,
             tokens_output, tokens_cached, cost, conversation_id, message_id)
    where author = 'assistant' and first_token_ms >= 2000;
drop index messages_slow;
drop index messages_slow_to_begin;
