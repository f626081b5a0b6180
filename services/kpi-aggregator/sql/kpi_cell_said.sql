-- kpi_cell_said - what was said last of one window and value, by currency, and whether it is another since. $1 series, $2 kind of window, $3 start, $4 value.
select currency, state, coalesce(figures, ''), exists (select 1 from kpi_changed c where c.shard = k.shard and c.series = k.series
	and c.window_kind = k.window_kind and c.start = k.start and c.value = k.value and c.currency = k.currency)
from kpi_cell k
where series = $1::text and window_kind = $2::text and start = $3::timestamptz and value = $4::text
order by currency
