-- output_high_save - sequences that moved; arrays: $1 stage, $2 shard, $3 topic, $4 partition, $5 sequence.
insert into output_high (stage, shard, topic, partition, sequence)
select stage, shard, topic, partition, sequence
from unnest($1::text[], $2::integer[], $3::text[], $4::integer[], $5::bigint[])
	as wanted (stage, shard, topic, partition, sequence)
on conflict (stage, shard, topic, partition) do update
set sequence = excluded.sequence
