-- migration_add - it has run. $1 name, $2 text.
insert into migration (name, digest)
values ($1::text, encode(sha256(convert_to($2::text, 'UTF8')), 'hex'))
