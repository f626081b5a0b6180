-- state_load - template: rows by key. $1 shard, then an array for each key column.
--
-- The place in the arrays comes first, under a name that no column has. A key that has no row has no answer.
-- The limit makes it a look at the index for each key: a join may read all rows of the shard instead.
select wanted."wanted place", {wanted_columns}
from unnest({key_arrays}) with ordinality as wanted ({keys}, "wanted place")
cross join lateral (
	select * from {table} as there where there.shard = $1::integer and {same_key} limit 1) as there
