-- fact_month_add - makes sure that facts of these months have a place. $1 array: an instant of each.
select fact_month_add(month)
from unnest($1::timestamptz[]) as wanted (month)
