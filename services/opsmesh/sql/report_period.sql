-- report_period - the period of a report, and how far the figures are. $1 day, week or month, $2 a day in it; empty: the
-- latest that is over, or, where none is, of which there are figures.
with mesh as (
	select min(now) as now from shard where stage = 'series' and now <> '-infinity'
), it as (
	select date_trunc($1::text, coalesce(nullif($2::text, '')::timestamp,
		(select coalesce(max(start) filter (where ends <= mesh.now), max(start)) from kpi_cell, mesh
			where window_kind = $1 and value = '' and figures is not null) at time zone 'UTC')) as begin
)
select to_char(begin, 'YYYY-MM-DD'), to_char(begin + ('1 ' || $1)::interval - interval '1 day', 'YYYY-MM-DD'),
	to_char(begin, case $1 when 'day' then 'YYYY-MM-DD' when 'week' then 'IYYY-"W"IW' else 'YYYY-MM' end), mesh.now
from it, mesh
where begin is not null
