-- input_folded_save - sequences that moved; arrays: $1 stage, $2 shard, $3 topic, $4 source, $5 sequence.
insert into input_folded (stage, shard, topic, source, sequence)
select stage, shard, topic, source, sequence
from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[])
	as wanted (stage, shard, topic, source, sequence)
on conflict (stage, shard, topic, source) do update
set sequence = excluded.sequence
