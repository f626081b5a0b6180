-- parked_look - what waits behind a dead letter, in order. $1 stage, $2 shard, $3 park_key.
select position, topic, offset_, key, headers
from parked
where stage = $1::text and shard = $2::integer and park_key = $3::text and position > 0
order by position
limit 1000
