-- 0001_triage - what the stage triage knows now: a row a ticket, a row for each correction.
--
-- Every row carries its shard: partition n of all topics that the stage reads. Times are UTC, shares parts
-- per million. What people wrote is packed PersonalText.

create table triage (
	shard          int         not null,
	ticket_id      text        collate "C" not null,
	account_id     text,                 -- null: not known, as all below that may be
	customer       text,                 -- contact key
	tier           text,                 -- lower case
	region         text,
	channel        text,
	asked          text,                 -- the priority that the sender asked for
	fixed          text,                 -- the priority that a person of ours has set
	category       text,                 -- what stands
	intent         text,
	priority       text,
	queue          text,
	language       text,                 -- of the message judged last
	message_id     text,                 -- that one
	pinned         boolean     not null, -- category and intent are a person's
	needs_human    boolean     not null,
	confidence_ppm bigint      not null,
	contacts       bigint      not null, -- messages of the customer
	opened_at      timestamptz,          -- business time
	judged_at      timestamptz,          -- null: nothing was judged yet
	subject        bytea,                -- personal; until the first message is judged
	said           bytea,                -- the TriageEvent that stands
	kept           bytea,                -- personal; the message judged last, cut
	memory         bytea,                -- how the customer was served so far (shortfall.h)
	primary key (shard, ticket_id)
) with (fillfactor = 80);

-- Whoever triages asks what waits for a person.
create index triage_needs_human on triage (judged_at) where needs_human;

create table correction (
	shard        int         not null,
	action_id    text        collate "C" not null,
	ticket_id    text        not null,
	message_id   text,                 -- null: none was judged before
	from_intent  text,                 -- null: none stood
	intent       text        not null,
	language     text,
	model        text        not null, -- SHA-256 of the model in force, hex
	corrected_at timestamptz not null,
	body         bytea,                -- personal; the message that was corrected
	primary key (shard, action_id)
);
