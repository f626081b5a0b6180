-- table_exists - whether this schema has a table: an older daemon's has it not. $1 its name.
select to_regclass($1::text) is not null
