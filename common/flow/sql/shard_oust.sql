-- shard_oust - ends the backend that holds the lock of a fence row. $1 stage, $2 shard.
--
-- xmax of the row as we see it is the transaction that is changing it. That is the holder also after it
-- connected anew, and a backend of another owner that merely has an old pid is left alone.
select pg_terminate_backend(held.pid, 2000)
from shard
join pg_locks held
	on held.locktype = 'transactionid' and held.transactionid = shard.xmax
	and held.mode = 'ExclusiveLock' and held.granted
where shard.stage = $1::text and shard.shard = $2::integer
	and held.pid <> pg_backend_pid()
