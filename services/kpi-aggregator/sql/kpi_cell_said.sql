-- kpi_cell_said - what was said last of one window and value, by currency. $1 series, $2 kind of window, $3 start, $4 value.
select currency, state, coalesce(figures, ''), said_at
from kpi_cell
where series = $1::text and window_kind = $2::text and start = $3::timestamptz and value = $4::text
order by currency
