-- state_add - template: rows that are new, of all shards. $1 array of shards, then one for each column.
-- That no such row is there was read under the fence: looking again would cost as much as the row.
insert into {table} (shard, {columns})
select unnest($1::integer[]), {column_places}
