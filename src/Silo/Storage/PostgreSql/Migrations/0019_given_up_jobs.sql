-- Operators look for what was given up, the newest first.
create index jobs_given_up on jobs (queue, created_at, id) where status in ('FAILED', 'TIMEOUT', 'CANCELLED');
create index image_generation_jobs_given_up on image_generation_jobs (created_at, id) where status in ('FAILED', 'TIMEOUT', 'CANCELLED');
create index model_generation_jobs_given_up on model_generation_jobs (created_at, id) where status in ('FAILED', 'TIMEOUT', 'CANCELLED');
