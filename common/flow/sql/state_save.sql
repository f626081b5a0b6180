-- state_save - template: rows that changed, of all shards. $1 array of shards, then one for each column.
insert into {table} (shard, {columns})
select * from unnest($1::integer[], {column_arrays})
on conflict (shard, {keys}) do {action}
