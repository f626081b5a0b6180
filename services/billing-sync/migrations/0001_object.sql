-- 0001_object - the mirror of the payment provider's objects: what the stage `object` knows now.
--
-- Every row carries its shard: partition n of ops.provider-events.v1. Times are UTC. The body is the object as
-- the provider wrote it, but for card data: names, addresses and what merchants wrote are in it.

create table object (
	shard       int         not null,
	object_id   text        collate "C" not null,
	object_type text        collate "C" not null, -- the provider's word; one id may be of two types
	customer_id text,                 -- to whom it belongs; null: not known
	customer_at timestamptz,          -- when the provider named them last
	charge_id   text,                 -- the charge that it is, or is about
	status      text,                 -- the provider's word; empty: it has none; null: only asked for
	rank        bigint      not null, -- the status's place in the life of its type; 0: none
	progress    bigint      not null, -- what only grows, summed up: refunded, attempts, redeemed
	verb        bigint      not null, -- of the event: 1 created to 5 deleted, 6 no event; 0: only asked for
	revision    bigint      not null, -- how often a state was taken over; 0: only asked for
	bare        boolean     not null, -- the body says nothing but that it is deleted
	ended       boolean     not null, -- nothing comes after this state
	deleted     boolean     not null,
	gone_at     timestamptz,          -- the latest deletion
	mode        text,                 -- live, test; null: not said
	account     text,                 -- connected account; empty: the platform's own; null: not said
	currency    text,                 -- null: none, or one that may change
	api_version text,                 -- in which the body is written; empty: not said
	state_at    timestamptz,          -- when the provider made this state, whole seconds
	seen_at     timestamptz,          -- when it came to us
	event_id    text,                 -- that brought it; empty: an object without an event
	event_type  text,
	provenance  bigint      not null, -- opsmesh.v1.Provenance
	digest      text,                 -- SHA-256 of the body, lower-case hex
	body        bytea,                -- JSON, keys sorted
	asked       text,                 -- what was asked for on its behalf, as wanted.c writes it
	primary key (shard, object_id, object_type)
) with (fillfactor = 70);
