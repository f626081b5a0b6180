-- shard_raise - makes the caller the owner. $1 stage, $2 shard, $3 daemon and instance.
--
-- The first owner ever makes the row. Whoever owned the shard before fails its next fence.
insert into shard (stage, shard, epoch, batch, now, sequence, published, folded_count, refusals,
	owner, owner_pid, owner_start)
select $1::text, $2::integer, 1, 0, timestamptz '1970-01-01 00:00:00+00', 0, 0, 0,
	decode(repeat('00', 128), 'hex'), $3::text, pid, backend_start
from pg_stat_activity
where pid = pg_backend_pid()
on conflict (stage, shard) do update
set epoch = shard.epoch + 1, owner = excluded.owner,
	owner_pid = excluded.owner_pid, owner_start = excluded.owner_start
