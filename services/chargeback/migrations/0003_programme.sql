-- 0003_programme - what the networks' monitoring programmes and patterns of disputes are judged by.
--
-- Stage index: tally_payment, tally_link, tally_event, tally_waiting; stage programme: the others. Days are of UTC.

create table tally_payment (
	shard         int     not null,
	payment_id    text    collate "C" not null,
	network       text    not null, -- empty: none, or not known, as the two below
	country       text    not null, -- of the card's bank
	funding       text    not null, -- credit, debit, prepaid
	made_at       timestamptz,      -- null: not known
	captured      boolean not null,
	authenticated boolean not null, -- with 3-D Secure
	invoice_id    text    not null, -- empty: not known, as the product
	product       text    not null, -- of the invoice's subscription
	events        text,             -- its disputes and warnings, a line each
	primary key (shard, payment_id)
);

create table tally_link (
	shard   int  not null,
	id      text collate "C" not null, -- an invoice, a subscription
	next    text not null,             -- of an invoice the subscription; empty: not known, or none
	product text not null,             -- that a subscription began with; empty: not known
	waiting text,                      -- payments that came this far, a line each
	primary key (shard, id)
);

create table tally_event (
	shard      int    not null,
	event_id   text   collate "C" not null, -- the dispute or warning
	payment_id text   not null,             -- its own id where none is named
	network    text   not null,             -- as the dispute says; empty: not known
	at         timestamptz,                 -- when it counts; null: not known
	kind       bigint not null,             -- 1 a warning, 2 for fraud, 4 an inquiry, 8 prevented
	minor      bigint not null,
	currency   text   not null,             -- empty: the amount is not known
	primary key (shard, event_id)
);

create table tally_waiting (
	shard         int    not null,
	watched       text   collate "C" not null, -- programmes:visa, patterns
	day           timestamptz not null,
	dimension     text   collate "C" not null, -- network, product, country, card, release
	value         text   collate "C" not null,
	kind          bigint not null,
	currency      text   collate "C" not null,
	payments      bigint not null, -- more than was told, as the three below
	authenticated bigint not null,
	events        bigint not null,
	minor         bigint not null,
	primary key (shard, watched, day, dimension, value, kind, currency)
);

create table programme_sum (
	shard         int    not null,
	watched       text   collate "C" not null,
	day           timestamptz not null,
	dimension     text   collate "C" not null,
	value         text   collate "C" not null,
	kind          bigint not null,
	currency      text   collate "C" not null,
	payments      bigint not null,
	authenticated bigint not null,
	events        bigint not null,
	minor         bigint not null,
	primary key (shard, watched, day, dimension, value, kind, currency)
);

create table watched (
	shard   int  not null,
	watched text collate "C" not null,
	since   timestamptz not null, -- when something was counted first
	primary key (shard, watched)
);

create table threshold (
	shard        int     not null,
	programme    text    collate "C" not null,
	name         text    collate "C" not null,
	network      text    not null,
	period_start timestamptz not null, -- of the period that is open
	standing     bigint  not null,     -- as it was said of it: 0 clear, 1 approaching, 2 projected, 3 met
	said_at      timestamptz,          -- when; null: nothing was said in it
	within       boolean not null,     -- it was crossed and not left since
	clean_months bigint  not null,     -- on end, since it was crossed
	primary key (shard, programme, name)
);

create table dispute_pattern (
	shard     int  not null,
	dimension text collate "C" not null,
	value     text collate "C" not null,
	found_at  timestamptz not null,
	primary key (shard, dimension, value)
);

create table programme_alert (
	shard           int  not null,
	alert_id        text collate "C" not null, -- alert/chargeback/programmes:<network>/<programme>/<threshold>/<rule>
	home            text not null,
	state           text not null, -- open, acknowledged, resolved
	severity        text not null, -- info, warning, critical
	raised_at       timestamptz not null,
	acknowledged_at timestamptz,
	acknowledged_by text,
	resolved_at     timestamptz,
	primary key (shard, alert_id)
);
