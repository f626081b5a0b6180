-- correction_list - what people corrected, in the order of time.
select intent, coalesce(language, ''), body
from correction
order by corrected_at, action_id
