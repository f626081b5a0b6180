-- state_remove - template: rows that are gone, of all shards. $1 array of shards, then one for each key
-- column.
delete from {table} as there
using unnest($1::integer[], {key_arrays}) as wanted (shard, {keys})
where there.shard = wanted.shard and {same_key}
