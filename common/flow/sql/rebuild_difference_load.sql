-- rebuild_difference_load - template: what the comparison found, differences first.
select name, cause, rows, coalesce(first, ''), coalesce(last, '')
from {scratch}.rebuild_difference
order by cause = '', name, rows desc
