-- shard_load - the fence row. $1 stage, $2 shard.
select epoch, batch, now, sequence, published, folded_count, refusals
from shard
where stage = $1::text and shard = $2::integer
