-- 0005_effect - what stages asked to be done in the world, and the bytes that came of it.

-- Asked for and not answered.
create table effect_pending (
	shard integer not null,
	stage text collate "C" not null,
	name text collate "C" not null,      -- of the stage's table of effects
	id text collate "C" not null,        -- what asked for it
	asked_at timestamptz,                -- mesh time
	key bytea,                           -- of the event that asked
	message bytea,                       -- the request, packed
	primary key (shard, stage, name, id)
);

-- Answered, were it that it failed: nobody has it done again. Kept for ever.
create table effect_answered (
	shard integer not null,
	stage text collate "C" not null,
	name text collate "C" not null,
	id text collate "C" not null,
	asked_at timestamptz,                -- mesh time
	primary key (shard, stage, name, id)
);

-- Bytes too large for the log, of all stages; append only.
create table blob (
	digest text primary key,             -- SHA-256 in hex
	body bytea not null
);
