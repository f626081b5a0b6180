-- input_offset_save - where shards go on reading; arrays:
-- $1 stage, $2 shard, $3 topic, $4 next_offset, $5 appended, $6 hash. A row that stands is not written.
insert into input_offset (stage, shard, topic, next_offset, appended, hash)
select stage, shard, topic, next_offset, appended, hash
from unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::timestamptz[], $6::bigint[])
	as wanted (stage, shard, topic, next_offset, appended, hash)
where not exists (
	select from input_offset there
	where there.stage = wanted.stage and there.shard = wanted.shard
		and there.topic = wanted.topic and there.next_offset = wanted.next_offset)
on conflict (stage, shard, topic) do update
set next_offset = excluded.next_offset, appended = excluded.appended, hash = excluded.hash
