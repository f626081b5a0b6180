-- 0002_alarm - what the stage watch keeps of the figures that alert documents look at, and the alerts that stand.
--
-- Every row carries its shard: partition n of all topics that the stage reads. Times are UTC. Bounded: eight weeks of hours, days and
-- weeks, the firsts of eight months, eight months; a value of which nothing came for nine weeks goes.

-- A value that was heard of.
create table alarm_known (
	shard       int         not null,
	series      text        collate "C" not null, -- support.csat@1:queue
	value       text        collate "C" not null, -- of the dimension; empty: not known, or the whole
	currency    text        collate "C" not null, -- empty: the metric is no amount
	kind        text        collate "C" not null, -- hour, day, week, month
	zone        text        not null,             -- IANA name
	unit        text        not null,
	since       timestamptz not null,             -- start of the first window that was heard
	latest      timestamptz not null,             -- start of the latest that is there, silent or not
	latest_end  timestamptz not null,
	heard_until timestamptz not null,             -- end of the latest that was heard
	primary key (shard, series, value, currency, kind)
);

-- What one window of one value holds, as it was said last.
create table alarm_figure (
	shard     int         not null,
	series    text        collate "C" not null,
	value     text        collate "C" not null,
	currency  text        collate "C" not null,
	kind      text        collate "C" not null,
	start     timestamptz not null,
	"end"     timestamptz not null, -- not included
	n         bigint      not null,
	hits      bigint      not null,
	sum       bigint      not null,
	has_value boolean     not null,
	figure    bigint      not null, -- the value in the unit; 0 where there is none
	sealed    boolean     not null,
	silent    boolean     not null, -- nothing was said of it: it was empty
	revision  bigint      not null, -- 0: not restated
	primary key (shard, series, value, currency, kind, start)
) with (fillfactor = 80);

-- Windows that were heard and are not judged yet.
create table alarm_pending (
	shard    int         not null,
	series   text        collate "C" not null,
	value    text        collate "C" not null,
	currency text        collate "C" not null,
	kind     text        collate "C" not null,
	start    timestamptz not null,
	first    boolean     not null, -- heard for the first time
	primary key (shard, series, value, currency, kind, start)
);

-- Alerts that stand.
create table alarm_standing (
	shard    int         not null,
	series   text        collate "C" not null,
	value    text        collate "C" not null,
	currency text        collate "C" not null,
	kind     text        collate "C" not null,
	rule     text        collate "C" not null, -- id of the document
	about    text        not null,             -- behind the series in the alert's id
	bad      timestamptz not null,             -- start of the latest window that was bad
	excess   bigint      not null,             -- how far beyond its bound, as it was said last
	severity bigint      not null,             -- 1 info, 2 warning, 3 critical
	primary key (shard, series, value, currency, kind, rule)
);

create table alarm_alert (
	shard           int         not null,
	alert_id        text        collate "C" not null, -- alert/kpi/<series>/<rule>/<value>/<window>
	series          text        not null,
	state           text        not null,  -- open, acknowledged, resolved
	severity        text        not null,  -- info, warning, critical
	raised_at       timestamptz not null,  -- end of the window, or when it was judged while open
	acknowledged_at timestamptz,           -- null: nobody has
	acknowledged_by text,                  -- principal
	resolved_at     timestamptz,           -- null: not yet
	primary key (shard, alert_id)
);
