-- fact_add - what was said; arrays: $1 stream, $2 sequence, $3 topic, $4 partition, $5 key, $6 type,
-- $7 subject, $8 time, $9 mesh_time, $10 message, $11 headers. Taken apart in the list of columns, which
-- makes no copy of the rows; in a from clause each array would become a table first.
insert into fact (stream, sequence, topic, partition, key, type, subject, time, mesh_time, message,
	headers)
select unnest($1::text[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::integer[]),
	unnest($5::bytea[]), unnest($6::text[]), unnest($7::text[]), unnest($8::timestamptz[]),
	unnest($9::timestamptz[]), unnest($10::bytea[]), unnest($11::bytea[])
