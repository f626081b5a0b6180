-- fact_add - what was said; arrays: $1 stream, $2 sequence, $3 topic, $4 partition, $5 key, $6 type,
-- $7 subject, $8 time, $9 mesh_time, $10 message, $11 headers.
insert into fact (stream, sequence, topic, partition, key, type, subject, time, mesh_time, message,
	headers)
select * from unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::bytea[], $6::text[],
	$7::text[], $8::timestamptz[], $9::timestamptz[], $10::bytea[], $11::bytea[])
