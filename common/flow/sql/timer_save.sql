-- timer_save - timers that were set or moved; arrays: $1 stage, $2 shard, $3 name, $4 key, $5 due.
insert into timer (stage, shard, name, key, due)
select stage, shard, name, key, due
from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::timestamptz[])
	as wanted (stage, shard, name, key, due)
on conflict (stage, shard, name, key) do update
set due = excluded.due
