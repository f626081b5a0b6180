-- timer_remove - timers that fired or were cleared; arrays: $1 stage, $2 shard, $3 name, $4 key.
delete from timer
using unnest($1::text[], $2::integer[], $3::text[], $4::text[]) as gone (stage, shard, name, key)
where timer.stage = gone.stage and timer.shard = gone.shard
	and timer.name = gone.name and timer.key = gone.key
