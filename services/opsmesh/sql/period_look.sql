-- period_look - whether a period is closed, and where it begins and ends: where the books were cut, else midnight as far
-- from that of UTC as at the last close. $1 period, $2 its first day, $3 the day after its last one.
select coalesce(max(cut) filter (where period = $1::text), -1),
	coalesce(max(digest) filter (where period = $1::text), ''),
	max(cut_at),
	coalesce(max(cut_at) filter (where end_day = $2::bigint), to_timestamp($2::bigint * 86400) + max(away)),
	coalesce(max(cut_at) filter (where end_day = $3::bigint), to_timestamp($3::bigint * 86400) + max(away))
from (select coalesce((select cut_at - to_timestamp(end_day * 86400) from period order by end_day desc limit 1),
	interval '0') as away) as zone
left join period on true
