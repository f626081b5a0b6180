-- timer_load - the earliest timers of a shard from an instant on; those of one instant are not parted.
-- $1 stage, $2 shard, $3 due at or after, $4 how many, at least.
select name, key, due
from timer
where stage = $1::text and shard = $2::integer and due >= $3::timestamptz
order by due
fetch first ($4::bigint) rows with ties
