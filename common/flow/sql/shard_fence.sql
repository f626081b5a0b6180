-- shard_fence - compares and moves the fence rows of a batch; arrays, one place a shard:
-- $1 stage, $2 shard, $3 epoch, $4 batch, $5 now, $6 sequence, $7 published, $8 folded_count, $9 refusals.
select shard_fence($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::timestamptz[],
	$6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[])
