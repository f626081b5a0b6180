-- input_offset_load - where a shard goes on reading. $1 stage, $2 shard.
select topic, next_offset, appended, hash
from input_offset
where stage = $1::text and shard = $2::integer
