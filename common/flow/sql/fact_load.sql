-- fact_load - what a stream said after a sequence, in order. $1 stream, $2 sequence, $3 how many at most.
select sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where stream = $1::text and sequence > $2::bigint
order by sequence
limit $3::bigint
