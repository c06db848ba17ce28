-- How many a user may have under way at once comes of his tier.
alter table jobs drop column user_limit;
