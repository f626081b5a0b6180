-- state_load - template: rows by key. $1 shard, then an array for each key column.
--
-- The place in the arrays comes first, under a name that no column has. A key that has no row has no answer.
select wanted."wanted place", {wanted_columns}
from unnest({key_arrays}) with ordinality as wanted ({keys}, "wanted place")
join {table} as there on there.shard = $1::integer and {same_key}
