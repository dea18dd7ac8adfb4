-- Whoever may export a conversation may show where it is signed. Run after every change of it; the
-- roles are made by an earlier script.
do $$
declare
    reader text;
begin
    foreach reader in array array['parley_reader_own', 'parley_reader_team', 'parley_reader_all']
    loop
        if exists (select 1 from pg_roles where rolname = reader) then
            execute format('grant select on chain_checkpoints, checkpoint_heads to %I', reader);
        end if;
    end loop;
end
$$;
