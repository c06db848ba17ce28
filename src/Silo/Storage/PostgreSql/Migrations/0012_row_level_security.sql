-- The second filter (the first is each query's own): rows that belong to users are seen only by a statement that said before, in its
-- transaction, whose rows it wants: set_config('actors.rows', 'user:<id>' or 'all', true). Without it there are none.
--
-- It binds the role that a silo's readers take, actors_reader. Who owns the tables writes and migrates; he is not bound, nor are superusers.
-- Where this migration may not make the role, an operator does (docs/operations.md); until then reads have the first filter only.
do $$
declare
    own regclass;
begin
    if not exists (select from pg_roles where rolname = 'actors_reader') then
        begin
            create role actors_reader nologin;
        exception
            when duplicate_object or unique_violation then null; -- another database's migration was faster
            when insufficient_privilege then raise notice 'The role actors_reader cannot be made: see docs/operations.md.';
        end;
    end if;

    if exists (select from pg_roles where rolname = 'actors_reader') then
        if not pg_has_role(current_user, 'actors_reader', 'member') then
            begin
                execute format('grant actors_reader to %I', current_user);
            exception
                when insufficient_privilege then raise notice 'The role actors_reader cannot be granted: see docs/operations.md.';
            end;
        end if;

        -- What is here, and what this role makes later.
        begin
            execute format('grant usage on schema %I to actors_reader', current_schema());
        exception
            when insufficient_privilege then raise notice 'The schema is not ours to grant: see docs/operations.md.';
        end;
        for own in
            select c.oid from pg_class c
            where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and pg_has_role(c.relowner, 'usage')
        loop
            execute format('grant select on %s to actors_reader', own);
        end loop;
        execute format('alter default privileges in schema %I grant select on tables to actors_reader', current_schema());
        revoke select on data_protection_keys from actors_reader;
    end if;
end $$;

alter table users enable row level security;
create policy own_rows on users using ((select current_setting('actors.rows', true)) in ('all', 'user:' || id));

alter table user_web_profile enable row level security;
create policy own_rows on user_web_profile using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_ai_id));

alter table user_sessions enable row level security;
create policy own_rows on user_sessions using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));

alter table user_identities enable row level security;
create policy own_rows on user_identities using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));

alter table email_verification_codes enable row level security;
create policy own_rows on email_verification_codes using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));

alter table inboxes enable row level security;
create policy own_rows on inboxes using ((select current_setting('actors.rows', true)) in ('all', 'user:' || id));

alter table inbox_work_orders enable row level security;
create policy own_rows on inbox_work_orders using ((select current_setting('actors.rows', true)) in ('all', 'user:' || user_id));
