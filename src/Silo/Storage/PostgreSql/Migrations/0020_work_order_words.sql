-- How often words are, so that a search for a frequent one walks the newest orders, and one for a rare one the index of words.
create statistics work_orders_words on (lower(title)), (lower(code)) from work_orders;
