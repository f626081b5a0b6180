-- 0001_kpi - what kpi-aggregator knows now.
--
-- Every row carries its shard. Times are UTC. Stage partial: subject to definition_seen; stage series: the others.

create table subject (
	shard   int         not null,
	subject text        collate "C" not null, -- ticket/T1, payment/py_1, account/acme
	known   bytea       not null, -- what matters of its facts, by the kind of subject
	told    bytea       not null, -- its observations as they were told
	born    timestamptz not null, -- mesh time when it was first heard of
	primary key (shard, subject)
);

create table open_subject (
	shard   int  not null,
	subject text collate "C" not null, -- of it snapshots are taken
	primary key (shard, subject)
);

create table untold_subject (
	shard   int  not null,
	subject text collate "C" not null, -- known otherwise than it was told
	primary key (shard, subject)
);

create table observation (
	shard          int         not null,
	subject        text        collate "C" not null,
	kind           text        collate "C" not null, -- as the vocabulary names it: ticket, reply, payment
	number         text        collate "C" not null, -- tells those of one kind apart
	at             timestamptz, -- the vocabulary says what each of these is; null: there is none
	began_at       timestamptz,
	opened_at      timestamptz,
	asked_at       timestamptz,
	replied_at     timestamptz,
	solved_at      timestamptz,
	last_solved_at timestamptz,
	decided_at     timestamptz,
	currency       text        not null, -- ISO 4217; empty: no amount
	body           text        not null, -- words, numbers and marks as JSON
	primary key (shard, subject, kind, number)
);
create index observation_at on observation (kind, at);

create table partial_cell (
	shard      int         not null,
	series     text        collate "C" not null, -- support.first_reply@1:channel
	start      timestamptz not null,
	value      text        collate "C" not null,
	currency   text        collate "C" not null,
	n          bigint      not null, -- not told yet, of what has no subject; as all that follows
	hits       bigint      not null,
	sum        bigint      not null,
	came       bigint      not null,
	taken_back bigint      not null,
	rest       bytea, -- asides and sketch
	primary key (shard, series, start, value, currency)
);

create table snapshot (
	shard int         not null,
	zone  text        collate "C" not null,
	until timestamptz not null, -- the last midnight of which snapshots were taken
	cursor text, -- of those, the last subject that was looked at; null: all were
	primary key (shard, zone)
);

create table definition_seen (
	shard  int  not null,
	key    text collate "C" not null, -- support.first_reply@1; empty: the shard has begun
	digest text not null,
	begun  timestamptz, -- counts what was born then or later; null: everything
	primary key (shard, key)
);

create table kpi_cell (
	shard       int         not null,
	series      text        collate "C" not null,
	window_kind text        collate "C" not null,
	start       timestamptz not null,
	value       text        collate "C" not null,
	currency    text        collate "C" not null,
	ends        timestamptz not null,
	state       text        not null, -- open, sealed, restated
	revision    bigint      not null, -- restatements so far
	n           bigint      not null, -- of this window alone
	hits        bigint      not null,
	sum         bigint      not null,
	came        bigint      not null, -- since it was said last
	taken_back  bigint      not null,
	before_n    bigint      not null, -- of a level: all windows before
	before_hits bigint      not null,
	before_sum  bigint      not null,
	rest        bytea, -- asides and sketch
	figures     text,  -- as said last, KpiFigures as JSON
	former      text,  -- before the last restatement
	reason      text,  -- of the last restatement
	said_at     timestamptz,
	primary key (shard, series, window_kind, start, value, currency)
);
create index kpi_cell_series on kpi_cell (series, window_kind, start);

create table kpi_open (
	shard       int         not null,
	series      text        collate "C" not null,
	window_kind text        collate "C" not null,
	start       timestamptz not null,
	value       text        collate "C" not null,
	currency    text        collate "C" not null,
	primary key (shard, series, window_kind, start, value, currency)
);

create table kpi_changed (
	shard       int         not null,
	series      text        collate "C" not null,
	window_kind text        collate "C" not null,
	start       timestamptz not null,
	value       text        collate "C" not null,
	currency    text        collate "C" not null,
	primary key (shard, series, window_kind, start, value, currency)
);

create table kpi_series (
	shard       int         not null,
	series      text        collate "C" not null,
	window_kind text        collate "C" not null,
	next        timestamptz not null, -- the first window that is not sealed
	primary key (shard, series, window_kind)
);

create table kpi_window (
	shard       int         not null,
	series      text        collate "C" not null,
	window_kind text        collate "C" not null,
	start       timestamptz not null,
	value_count bigint      not null, -- of the dimension
	primary key (shard, series, window_kind, start)
);

create table kpi_level (
	shard       int    not null,
	series      text   collate "C" not null,
	window_kind text   collate "C" not null,
	value       text   collate "C" not null,
	currency    text   collate "C" not null,
	n           bigint not null, -- of all sealed windows
	hits        bigint not null,
	sum         bigint not null,
	primary key (shard, series, window_kind, value, currency)
);

create table kpi_definition (
	shard          int         not null,
	key            text        collate "C" not null,
	metric         text        not null,
	version        bigint      not null,
	effective_from timestamptz not null,
	digest         text        not null,
	title          text        not null,
	says           text        not null,
	document       text        not null, -- JSON
	primary key (shard, key)
);
