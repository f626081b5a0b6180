-- output_high_load - the last sequences emitted. $1 stage, $2 shard.
select topic, partition, sequence
from output_high
where stage = $1::text and shard = $2::integer
