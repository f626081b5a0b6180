-- state_load - template: rows by key. $1 shard, then an array for each key column.
--
-- The place in the arrays comes first. A key that has no row has no answer.
select wanted.place, {wanted_columns}
from unnest({key_arrays}) with ordinality as wanted ({keys}, place)
join {table} as there on there.shard = $1::integer and {same_key}
