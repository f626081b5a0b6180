-- 0001_sla - what sla-watcher knows now: a row a ticket, a row an alert.
--
-- Every row carries its shard: partition n of all topics that the stage `clock` reads. Times are UTC.

create table sla_ticket (
	shard     int         not null,
	ticket_id text        collate "C" not null,
	status    text        not null, -- new, open, pending, on_hold, solved, closed
	tier      text,                 -- lower case; null: not known, as the two below
	priority  text,
	channel   text,
	policy    text,                 -- id of the policy, rule and calendar that the clocks run by;
	rule      text,                 -- null: none applies
	calendar  text,
	opened_at timestamptz not null, -- business time
	next_due  timestamptz,          -- the earliest due still to come; null: none
	overdue   bigint      not null, -- clocks that have breached and run on
	replies   bytea       not null, -- which message ended a clock that is not judged yet
	body      bytea       not null, -- the ticket with its clocks, as ticket_codec.c packs it
	primary key (shard, ticket_id)
) with (fillfactor = 80);

-- Who works on tickets asks what is due next.
create index sla_ticket_due on sla_ticket (next_due) where next_due is not null;

create table sla_alert (
	shard           int         not null,
	alert_id        text        collate "C" not null, -- alert/sla/<ticket>/<metric>/<instance>
	ticket_id       text        not null,
	metric          text        not null,  -- first_reply, next_reply, resolution
	instance        bigint      not null,  -- from 1
	state           text        not null,  -- open, acknowledged, resolved
	severity        text        not null,  -- info, warning, critical
	breach_id       text        not null,  -- ce_id of the breach on ops.sla.v1
	raised_at       timestamptz not null,  -- business time: the due
	acknowledged_at timestamptz,           -- null: nobody has
	acknowledged_by text,                  -- principal
	resolved_at     timestamptz,           -- null: not yet
	primary key (shard, alert_id)
);
