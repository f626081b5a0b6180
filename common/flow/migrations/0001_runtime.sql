-- 0001_runtime - the tables that the runtime keeps in every daemon's schema.
--
-- Names are unqualified: they belong to the schema of the role, or to the scratch schema of a rebuild. A
-- shard is (stage, shard number). Times are UTC in microseconds; key texts are compared as bytes, so that
-- their order is that of the program. Rows that every batch writes leave room for their next version.

-- The fence: one row a shard. Whoever writes compares epoch and batch, in the transaction of the batch.
create table shard (
	stage text collate "C" not null,
	shard integer not null,              -- number of the partition
	epoch bigint not null,               -- raised by each new owner
	batch bigint not null,               -- number of the next batch
	now timestamptz not null,            -- mesh time that was reached; -infinity: none yet
	sequence bigint not null,            -- of the last fact
	published bigint not null,           -- every fact up to this sequence is acknowledged by the broker
	folded_count bigint not null,        -- events folded ever
	refusals bytea not null,             -- a bit for each of the last 1,000 events: was it refused?
	owner text not null,                 -- who raised the epoch last: daemon and instance
	owner_pid integer not null,          -- the backend that did
	owner_start timestamptz not null,    -- when that backend was started
	primary key (stage, shard)
) with (fillfactor = 40);

-- Where a shard goes on reading, and how to recognise the log there.
create table input_offset (
	stage text collate "C" not null,
	shard integer not null,
	topic text collate "C" not null,
	next_offset bigint not null,         -- of the first event not folded
	appended timestamptz,                -- append time of the record before it; null: none
	hash bigint not null,                -- CRC-32C of that record
	primary key (stage, shard, topic)
) with (fillfactor = 40);

-- The highest sequence folded of each source: what is not above it was folded before.
create table input_folded (
	stage text collate "C" not null,
	shard integer not null,
	topic text collate "C" not null,
	source text collate "C" not null,    -- "<stage>/<n>"
	sequence bigint not null,
	primary key (stage, shard, topic, source)
) with (fillfactor = 40);

-- The last sequence that a shard emitted to each partition of each of its topics.
create table output_high (
	stage text collate "C" not null,
	shard integer not null,
	topic text collate "C" not null,
	partition integer not null,
	sequence bigint not null,
	primary key (stage, shard, topic, partition)
) with (fillfactor = 40);

-- What makes a replay exact: a row a batch, append only.
create table batch_journal (
	stage text collate "C" not null,
	shard integer not null,
	number bigint not null,
	frontier timestamptz not null,       -- mesh time; -infinity: there was none
	left_out text not null,              -- inputs that the frontier did not wait for
	runs text not null,                  -- "topic:offset+count ...", in the order of folding
	refused text not null,               -- a line each: "topic:offset reason"
	build text not null,
	documents text[] not null,           -- digests of those in force
	primary key (stage, shard, number)
);

-- Policies, calendars, models: every version that was ever in force, append only.
create table document (
	digest text primary key,             -- SHA-256 in hex
	name text not null,
	body bytea not null
);

-- Everything that the stages ever said, append only; topics carry copies of it. Partitions are months
-- of mesh time (fact_month_add). Messages are packed protobuf; a quick compression, only when large.
create table fact (
	stream text collate "C" not null,    -- "<stage>/<n>"
	sequence bigint not null,            -- within the stream, from 1, without holes
	topic text not null,                 -- with .dlq for a dead letter
	partition integer not null,          -- -1: to all
	key bytea not null,
	type text not null,                  -- ce_type
	subject text,                        -- ce_subject
	time timestamptz not null,           -- when it happened in the business
	mesh_time timestamptz not null,      -- the shard's now when it was said; -infinity: it had none
	message bytea compression lz4 not null,
	headers bytea compression lz4,       -- packed; of dead letters: the original's, and why
	primary key (stream, sequence, mesh_time)
) partition by range (mesh_time);

-- For whoever asks what happened to one aggregate: a filter for each 256 KiB of facts. It costs 0.7 us a
-- fact where a tree of keys costs 4.5, and a search reads one range in a hundred that it need not.
create index fact_key on fact using brin (key bytea_bloom_ops (n_distinct_per_range = 800))
	with (pages_per_range = 32, autosummarize = on);

create table timer (
	stage text collate "C" not null,
	shard integer not null,
	name text collate "C" not null,      -- of the stage's table of timers
	key text collate "C" not null,
	due timestamptz not null,
	primary key (stage, shard, name, key)
) with (fillfactor = 80);

-- Refused events, as they were read, until they are retried or dropped.
create table dead_letter (
	shard integer not null,
	stage text collate "C" not null,
	topic text collate "C" not null,
	source text collate "C" not null,    -- "<stage>/<n>"; of the journal "edge", of nobody known "?"
	sequence bigint not null,            -- of the journal, and of "?", the offset
	offset_ bigint not null,
	reason text,
	attempts bigint not null,            -- how often it was folded and refused
	refused_at timestamptz,              -- mesh time
	appended timestamptz,                -- append time of the record
	park_key text,                       -- the key that waits behind it; null: none does
	key bytea,
	value bytea,
	headers bytea,                       -- packed
	primary key (shard, stage, topic, source, sequence)
);

-- Events that wait, in order, behind a dead letter of the same key.
create table parked (
	shard integer not null,
	stage text collate "C" not null,
	park_key text collate "C" not null,
	position bigint not null,            -- order within the key
	topic text not null,
	offset_ bigint not null,
	appended timestamptz,
	key bytea,
	value bytea,
	headers bytea,
	primary key (shard, stage, park_key, position)
);

-- Moves the fence rows of a batch on by one, where epoch and batch are as the writer believes; one place
-- in each array a shard. Where they are not, it fails with OM001, and the detail lists the shards: only an
-- error keeps the statements behind it from running. Rows are locked in one order by everyone.
create function shard_fence(stages text[], shards integer[], epochs bigint[], batches bigint[],
	nows timestamptz[], sequences bigint[], marks bigint[], counts bigint[], windows bytea[])
returns void language plpgsql as $$
declare
	next record;
	fenced text[] := '{}';
begin
	for next in
		select * from unnest(stages, shards, epochs, batches, nows, sequences, marks, counts, windows)
			as wanted (stage, shard, epoch, batch, now, sequence, mark, folded, refusals)
		order by stage collate "C", shard
	loop
		update shard set batch = next.batch + 1, now = next.now, sequence = next.sequence,
			published = next.mark, folded_count = next.folded, refusals = next.refusals
		where stage = next.stage and shard.shard = next.shard
			and epoch = next.epoch and batch = next.batch;
		if not found then
			fenced := fenced || (next.stage || '/' || next.shard);
		end if;
	end loop;
	if cardinality(fenced) > 0 then
		raise exception 'another owner, or another batch: %', array_to_string(fenced, ' ')
			using errcode = 'OM001', detail = array_to_string(fenced, ' ');
	end if;
end
$$;

-- Makes sure that facts of a month have a place. The first month takes what has no time at all. Its lock
-- waits for no writer, and whoever comes second finds the partition there.
create function fact_month_add(month timestamptz)
returns void language plpgsql as $$
declare
	first timestamp := date_trunc('month', month at time zone 'UTC');
	place text := to_char(first, '"fact_"YYYY_MM');
begin
	lock table fact in share update exclusive mode;
	if to_regclass(format('%I.%I', current_schema(), place)) is not null then
		return;
	end if;
	execute format('create table %I (like fact including all)', place);
	execute format('alter table fact attach partition %I for values from (%s) to (%L)', place,
		case when first = timestamp '1970-01-01' then 'minvalue'
			else quote_literal(first at time zone 'UTC') end,
		(first + interval '1 month') at time zone 'UTC');
end
$$;
