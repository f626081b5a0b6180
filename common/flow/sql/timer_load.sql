-- timer_load - all timers of a shard. $1 stage, $2 shard.
select name, key, due
from timer
where stage = $1::text and shard = $2::integer
