-- batch_journal_add - what the batches were; arrays: $1 stage, $2 shard, $3 number, $4 frontier,
-- $5 left_out, $6 runs, $7 refused; for all of them $8 build, $9 digests of the documents in force.
insert into batch_journal (stage, shard, number, frontier, left_out, runs, refused, build, documents)
select stage, shard, number, frontier, left_out, runs, refused, $8::text, $9::text[]
from unnest($1::text[], $2::integer[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[],
	$7::text[]) as wanted (stage, shard, number, frontier, left_out, runs, refused)
