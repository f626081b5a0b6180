-- migration_prepare - makes the table of what has run in this schema.
create table if not exists migration (
	name text primary key,
	digest text not null,                -- SHA-256 of its text, in hex
	position bigint generated always as identity
)
