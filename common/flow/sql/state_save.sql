-- state_save - template: rows that changed, of all shards. $1 array of shards, then one for each column.
insert into {table} (shard, {columns})
select unnest($1::integer[]), {column_places}
on conflict (shard, {keys}) do {action}
