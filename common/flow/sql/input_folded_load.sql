-- input_folded_load - the highest sequences folded. $1 stage, $2 shard.
select topic, source, sequence
from input_folded
where stage = $1::text and shard = $2::integer
