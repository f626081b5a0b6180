-- timer_remove - timers that fired or were cleared; arrays: $1 stage, $2 shard, $3 name, $4 key.
-- Each is looked up by its key, as state_load does.
delete from timer
where ctid = any (array(
	select there.ctid
	from unnest($1::text[], $2::integer[], $3::text[], $4::text[]) as gone (stage, shard, name, key)
	cross join lateral (
		select ctid from timer
		where timer.stage = gone.stage and timer.shard = gone.shard
			and timer.name = gone.name and timer.key = gone.key
		limit 1) as there))
