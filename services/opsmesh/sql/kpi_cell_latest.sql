-- kpi_cell_latest - when the latest window of a series began that has figures. $1 series, $2 kind of window, $3 start not included any more.
select start
from kpi_cell
where series = $1::text and window_kind = $2::text and start < $3::timestamptz and figures is not null
order by start desc
limit 1
