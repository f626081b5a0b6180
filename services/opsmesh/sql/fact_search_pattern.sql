-- fact_search_pattern - what was said by the stage `pattern` with these bytes in it. $1 bytes. Its facts
-- are few beside those of tickets.
select stream, sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where stream >= 'pattern/' and stream < 'pattern0' and topic = 'ops.triage.v1'
	and position($1::bytea in message) > 0
order by stream, sequence
limit 20000
