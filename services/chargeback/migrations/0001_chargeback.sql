-- 0001_chargeback - what chargeback knows now.
--
-- Every row carries its shard. Times are UTC. Stage index: subject, subject_fact, dispute_home; stage case: the others.

create table subject (
	shard   int    not null,
	subject text   collate "C" not null, -- ticket/T-1, customer/cus_9
	home    text,                        -- the account it belongs to, of a customer without one itself; null: not known
	former  text,                        -- its home before; null: none
	facts   bigint not null,             -- that ever came
	primary key (shard, subject)
);

create table subject_fact (
	shard   int    not null,
	subject text   collate "C" not null,
	place   bigint not null, -- the newest are kept, in a ring
	fact    bytea  not null, -- MaterialEvent
	primary key (shard, subject, place)
);

create table dispute_home (
	shard      int  not null,
	dispute_id text collate "C" not null,
	home       text not null, -- where its case is, for ever
	primary key (shard, dispute_id)
);

create table dossier (
	shard int    not null,
	home  text   collate "C" not null,
	pages bigint not null, -- that ever were
	cases text,            -- disputes that are open, a line each
	primary key (shard, home)
);

create table dossier_page (
	shard   int    not null,
	home    text   collate "C" not null,
	number  bigint not null,
	entries bytea  not null, -- DossierPage: what customers wrote and were answered, what they paid and used
	primary key (shard, home, number)
);

create table dispute_case (
	shard       int    not null,
	home        text   collate "C" not null, -- account, else customer, charge or dispute
	dispute_id  text   collate "C" not null, -- the provider's
	life        bigint not null,             -- its state by number, of the table of lives
	stage       text   not null,             -- warning, inquiry, chargeback; empty: only its money is known
	state       text   not null,             -- the state in words
	status      text   not null,             -- the provider's word
	payment_id  text   not null,             -- empty: not known, as the five below
	customer_id text   not null,
	reason      text   not null,
	network     text   not null,
	code        text   not null,
	amount      bigint not null,             -- minor units
	currency    text,                        -- null: the amount is not known
	created_at  timestamptz,                 -- when the bank began it; null: not told
	opened_at   timestamptz,                 -- when the case began
	due_by      timestamptz,                 -- the provider's; null: no answer is possible, or it was not told
	deadline    timestamptz,                 -- ours
	next_due    timestamptz,                 -- when something is to be said next
	owner       text,                        -- null: the queue has it
	queue       text   not null,
	response    text   not null,             -- none, staged, requested, accept_proposed, accepted, given_up
	decision    text,                        -- contest, accept, refund, ignore; null: none
	kept        bytea  not null,             -- CaseKept
	primary key (shard, home, dispute_id)
);

-- Who works on disputes asks what is due next.
create index dispute_case_deadline on dispute_case (deadline) where deadline is not null;

create table open_case (
	shard      int    not null,
	home       text   collate "C" not null,
	dispute_id text   collate "C" not null,
	lacks      bigint not null, -- 1 an owner, 2 a deadline, 4 evidence
	primary key (shard, home, dispute_id)
);

create table case_sweep (
	shard            int    not null,
	name             text   collate "C" not null,
	began            timestamptz, -- null: none is under way
	home             text,        -- behind this case it goes on
	dispute_id       text,
	open             bigint not null,
	without_owner    bigint not null,
	without_deadline bigint not null,
	without_evidence bigint not null,
	found            text,
	last_open        bigint not null, -- of the last that was whole
	last_orphans     bigint not null,
	last_at          timestamptz,
	primary key (shard, name)
);

create table case_alert (
	shard           int  not null,
	alert_id        text collate "C" not null, -- alert/chargeback/<home>/<dispute>/<rule>
	home            text not null,
	state           text not null, -- open, acknowledged, resolved
	severity        text not null, -- info, warning, critical
	raised_at       timestamptz not null,
	acknowledged_at timestamptz,
	acknowledged_by text,
	resolved_at     timestamptz,
	primary key (shard, alert_id)
);
