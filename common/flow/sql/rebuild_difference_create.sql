-- rebuild_difference_create - template: where a comparison keeps what it found.
create table {scratch}.rebuild_difference (
	name text not null,                  -- of the table compared
	cause text not null,                 -- empty: the rows that are alike
	rows bigint not null,
	first text,                          -- least and greatest key of those that differ
	last text
)
