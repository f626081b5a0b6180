-- batch_journal_load - batches of a shard in order. $1 stage, $2 shard, $3 the first, $4 how many at most.
select number, frontier, runs, refused, build, array_to_string(documents, ' ')
from batch_journal
where stage = $1::text and shard = $2::integer and number >= $3::bigint
order by number
limit $4::bigint
