-- state_remove - template: rows that are gone, of all shards. $1 array of shards, then one for each key
-- column. Each is looked up by its key, as state_load does.
delete from {table}
where ctid = any (array(
	select there.ctid
	from unnest($1::integer[], {key_arrays}) as wanted (shard, {keys})
	cross join lateral (
		select ctid from {table} as there where there.shard = wanted.shard and {same_key} limit 1) as there))
