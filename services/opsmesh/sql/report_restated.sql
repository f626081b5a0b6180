-- report_restated - what was sealed and became another since a period began, of the whole. $1 day, week or month, $2 the first
-- day of the period.
select d.title, d.document ->> 'unit', d.key, c.currency,
	to_char(c.start at time zone (d.document ->> 'zone'),
		case c.window_kind when 'day' then 'YYYY-MM-DD' when 'week' then 'IYYY-"W"IW' else 'YYYY-MM' end),
	c.former, c.figures, c.reason, c.revision, c.said_at, d.document ->> 'formula'
from (select distinct on (key) key, metric, version, title, document::jsonb as document
	from kpi_definition order by key, shard) d
join kpi_cell c on c.series = d.key and c.value = ''
where c.state = 'restated' and c.said_at >= date_trunc($1::text, $2::text::timestamp) at time zone 'UTC'
	and c.window_kind = case when d.document -> 'windows' @> to_jsonb($1) then $1 else 'day' end
order by d.metric, d.version, c.start, c.currency
limit 500
