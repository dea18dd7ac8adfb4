-- Whether a conversation has a slow answer is asked of one conversation after the other, newest
-- first: what is rare must not cost a look at every message of each.
create index messages_slow_by_conversation on messages (conversation_id, latency_ms)
    where author = 'assistant' and latency_ms >= 10000;
create index messages_slow_to_begin_by_conversation on messages (conversation_id, first_token_ms)
    where author = 'assistant' and first_token_ms >= 2000;
-- How rare very slow answers are is seen in finer steps only.
alter table messages alter column latency_ms set statistics 2000;
alter table messages alter column first_token_ms set statistics 2000;
