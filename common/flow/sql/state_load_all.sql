-- state_load_all - template: all rows of a shard. $1 shard, $2 stage.
--
-- The runtime's own tables hold rows of several stages; their first key column is the stage.
select {columns}
from {table} as there
where there.shard = $1::integer and {stage} = $2::text
