-- The second wall around the word index. Words belong to the team that their conversation was begun
-- in. `@@` is not leakproof, so that PostgreSQL narrows by team or person first, for which both have
-- an index; for whoever may read all the policy is constant and the index of words leads as before.
alter table search_words add column team text collate "C";
update search_words w set team = c.team from conversations c
    where c.id = w.conversation_id and c.team is not null;
create index search_words_by_team on search_words (team) where team is not null;

alter table search_words enable row level security;
create policy own on search_words to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy team on search_words to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy everything on search_words to parley_reader_all using (true);
