-- report_look - every definition with what is known of the whole, in a period and the twelve before it. Where a metric has no
-- such windows, the last day of the period. $1 day, week or month, $2 the first day of the period.
with period as (
	select ago, date_trunc($1::text, $2::text::timestamp) - ago * ('1 ' || $1)::interval as begin
	from generate_series(0, 12) ago
), definition as (
	select distinct on (key) key, metric, version, title, says, document::jsonb as document,
		case when document::jsonb -> 'windows' @> to_jsonb($1::text) then $1
			when document::jsonb -> 'windows' @> to_jsonb('day'::text) then 'day' else '' end as kind
	from kpi_definition
	order by key, shard
)
select d.key, d.metric, d.version, d.title, d.says, d.document ->> 'formula', d.document ->> 'unit',
	coalesce(d.document ->> 'better', 'neither'), coalesce(d.document ->> 'area', ''), d.document ->> 'zone', d.kind,
	c.currency, c.ago, c.state, c.revision, c.figures, c.former, c.reason, c.label
from definition d
left join lateral (
	select distinct on (c.currency, p.ago) c.currency, p.ago, c.state, c.revision, c.figures, c.former, c.reason,
		to_char(c.start at time zone (d.document ->> 'zone'),
			case d.kind when 'day' then 'YYYY-MM-DD' when 'week' then 'IYYY-"W"IW' else 'YYYY-MM' end) as label
	from kpi_cell c
	join period p on p.begin = date_trunc($1, c.start at time zone (d.document ->> 'zone'))
	where c.series = d.key and c.window_kind = d.kind and c.value = '' and c.figures is not null
		and c.start > (select min(begin) from period) at time zone 'UTC' - interval '2 days'
		and c.start < (select max(begin) from period) at time zone 'UTC' + ('1 ' || $1)::interval + interval '2 days'
	order by c.currency, p.ago, c.start desc
) c on true
order by d.metric, d.version, c.currency, c.ago desc
