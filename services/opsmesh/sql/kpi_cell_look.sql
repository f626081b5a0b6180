-- kpi_cell_look - windows of a series as they were said last. $1 series, $2 kind of window, $3 first start, $4 start not included any more.
select start, ends, value, currency, state, revision, figures, coalesce(former, ''), coalesce(reason, ''), said_at
from kpi_cell
where series = $1::text and window_kind = $2::text and start >= $3::timestamptz and start < $4::timestamptz
	and figures is not null
order by start, value, currency
