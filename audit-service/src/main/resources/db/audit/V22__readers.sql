-- The second wall. Every read for a person runs as one of these roles, for the length of its
-- transaction, with the settings parley.reader (whose own) or parley.team (which team's); without
-- the setting no row is there. What the service writes it writes as itself, the tables' owner.
--
-- Roles belong to the whole server: they are made where they are missing and may be made before by
-- somebody who has the right to.
do $$
declare
    reader text;
begin
    foreach reader in array array['parley_reader_own', 'parley_reader_team', 'parley_reader_all']
    loop
        if not exists (select 1 from pg_roles where rolname = reader) then
            begin
                execute format('create role %I nologin', reader);
            exception
                when duplicate_object or unique_violation then null;
            end;
        end if;
        if not pg_has_role(current_user, reader, 'member') then
            execute format('grant %I to current_user', reader);
        end if;
        execute format('grant usage on schema %I to %I', current_schema(), reader);
    end loop;
end
$$;

grant select on conversations, conversation_labels, links, messages, tool_calls, refusals, charges,
    flow, person_keys, search_words, usage_pending, usage_days, tool_days
    to parley_reader_own, parley_reader_team, parley_reader_all;

alter table conversations enable row level security;
alter table conversation_labels enable row level security;
alter table links enable row level security;
alter table messages enable row level security;
alter table tool_calls enable row level security;
alter table refusals enable row level security;
alter table charges enable row level security;
alter table flow enable row level security;
alter table person_keys enable row level security;
alter table usage_days enable row level security;
alter table tool_days enable row level security;
-- Not search_words: `@@` is not leakproof, so a policy would keep its index from being used. It
-- holds keyed hashes of words, and every way from there to a text goes through the tables above.

create policy own on conversations to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on conversation_labels to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on links to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on messages to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on tool_calls to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on refusals to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on charges to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on flow to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));
create policy own on person_keys to parley_reader_own
    using (user_id = nullif(current_setting('parley.reader', true), ''));

-- A team's conversations are those that were begun in it; what hangs on them follows them.
create policy team on conversations to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy team on messages to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy team on refusals to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy team on charges to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy team on usage_days to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy team on tool_days to parley_reader_team
    using (team = nullif(current_setting('parley.team', true), ''));
create policy team on conversation_labels to parley_reader_team
    using (exists (select 1 from conversations c where c.id = conversation_id));
create policy team on links to parley_reader_team
    using (exists (select 1 from conversations c where c.id = conversation_id));
create policy team on tool_calls to parley_reader_team
    using (exists (select 1 from conversations c where c.id = conversation_id));
create policy team on flow to parley_reader_team
    using (exists (select 1 from conversations c where c.id = conversation_id));
create policy team on person_keys to parley_reader_team
    using (exists (select 1 from conversations c where c.user_id = person_keys.user_id));

create policy everything on conversations to parley_reader_all using (true);
create policy everything on conversation_labels to parley_reader_all using (true);
create policy everything on links to parley_reader_all using (true);
create policy everything on messages to parley_reader_all using (true);
create policy everything on tool_calls to parley_reader_all using (true);
create policy everything on refusals to parley_reader_all using (true);
create policy everything on charges to parley_reader_all using (true);
create policy everything on flow to parley_reader_all using (true);
create policy everything on person_keys to parley_reader_all using (true);
create policy everything on usage_days to parley_reader_all using (true);
create policy everything on tool_days to parley_reader_all using (true);
