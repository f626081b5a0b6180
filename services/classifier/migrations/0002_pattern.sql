-- 0002_pattern - what the stage `pattern` knows now: reports of late by intent, patterns, baselines.
--
-- Every row carries its shard: partition n of ops.classifier.by-intent.v1. Times are UTC. No row holds
-- what a customer wrote: tokens are error codes and ids of objects, sketches are hashes.

create table pattern_intent (
	shard    int         not null,
	intent   text        collate "C" not null,
	since    timestamptz not null, -- the hour of the first report
	patterns bigint      not null, -- found so far
	late     bigint      not null, -- reports that came too late for any window
	baseline bytea       not null, -- customers by hour of the week, as pattern_baseline.c packs them
	primary key (shard, intent)
) with (fillfactor = 80);

create table pattern_step (
	shard    int    not null,
	intent   text   collate "C" not null,
	start_s  bigint not null, -- seconds since 1970
	reports  bigint not null, -- that its bag holds
	overflow bigint not null, -- more that it does not
	last     timestamptz not null, -- the latest report that it holds
	primary key (shard, intent, start_s)
) with (fillfactor = 50);

create table pattern_bag (
	shard   int    not null,
	intent  text   collate "C" not null,
	start_s bigint not null,
	body    bytea  not null, -- the reports of the step, as pattern_report.c packs them
	primary key (shard, intent, start_s)
) with (fillfactor = 50);

create table pattern_known (
	shard       int         not null,
	intent      text        collate "C" not null,
	number      bigint      not null, -- pattern/<intent>/<number>
	rule        text        not null, -- burst, error_code, near_duplicate
	token       text,                 -- the error code; null: none
	state       text        not null, -- live, quiet
	found_at    timestamptz not null, -- business time, as the two below
	last_report timestamptz not null,
	quiet_since timestamptz,          -- null: it is not quiet
	customers   bigint      not null, -- counted once each, ever
	tickets     bigint      not null,
	body        bytea       not null, -- who was counted, as pattern_known.c packs it
	primary key (shard, intent, number)
) with (fillfactor = 80);

create table pattern_customer (
	shard    int    not null,
	intent   text   collate "C" not null,
	customer text   collate "C" not null, -- account id or contact key
	tickets  bigint not null,
	body     bytea  not null, -- the tickets opened of late, as pattern_duplicate.c packs them
	primary key (shard, intent, customer)
) with (fillfactor = 80);
