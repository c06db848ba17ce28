-- tags: words by which a model is found, one space between them; no tag has one in it. allow_remix: others may see what a model was made of, and ask for
-- something of their own by it. remix_of: the model that one was made after; it may be gone.
alter table models add column tags text not null default '';
alter table models add column allow_remix integer not null default 0;
alter table models add column remix_of text;
alter table models add column taken_down_at text check (taken_down_at is null or visibility = 'PRIVATE');
alter table models add column taken_down_reason text;
alter table generation_requests add column remix_of text;

create index models_remixes on models (remix_of, published_at desc, id desc) where visibility = 'PUBLIC' and remix_of is not null;
create index models_taken_down on models (taken_down_at desc, id desc) where taken_down_at is not null;

-- The tags of public models, by which the gallery finds them.
create table model_tags (
    model_id     text not null references models (id) on delete cascade,
    tag          text not null,
    published_at text not null,
    primary key (model_id, tag)
) without rowid;

create index model_tags_newest on model_tags (tag, published_at desc, model_id desc);

-- Models that were reported; id: the model's. report_count: reports of the present round, which no moderator has settled.
create table reported_models (
    id           text    not null primary key references models (id) on delete cascade,
    version      integer not null check (version > 0),
    report_count integer not null check (report_count >= 0),
    round        integer not null check (round >= 0)
) without rowid;

create index reported_models_most on reported_models (report_count desc, id desc) where report_count > 0;

-- What users say against models: one of a user and a model.
create table model_reports (
    id         text    not null primary key,
    user_id    text    not null references users (id) on delete cascade,
    model_id   text    not null references models (id) on delete cascade,
    reason     text    not null check (reason in ('SPAM', 'SEXUAL', 'VIOLENCE', 'HATE', 'COPYRIGHT', 'OTHER')),
    note       text,
    round      integer not null check (round >= 0),
    created_at text    not null,
    constraint model_reports_user_model_key unique (user_id, model_id)
) without rowid;

create index model_reports_model on model_reports (model_id, created_at desc, id desc);

drop view gallery_models;

create view gallery_models as
select m.id, m.user_id, coalesce(p.display_name, u.username, u.name) as author, m.name, m.description, m.format, m.file_size, m.source, m.visibility,
       m.published_at, m.view_count, m.like_count, m.favorite_count, m.download_count, m.created_at, m.completed_at, m.failed_at, b.key as preview_key,
       m.tags, m.remix_of
from models m
join users u on u.id = m.user_id
left join user_web_profile p on p.user_ai_id = m.user_id
left join blobs b on b.id = m.preview_image_url and b.status = 'stored'
where m.visibility = 'PUBLIC';
