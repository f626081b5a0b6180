-- entry_sum - what was added to each account and taken from it. $1 from, $2 before, $3 customer; '' anyone; $4 what the
-- lines of that time are (ledger_seal.h). Those that belong to a later time are 3.
select currency, account, coalesce(sum(minor) filter (where minor > 0), 0)::bigint,
	coalesce(-sum(minor) filter (where minor < 0), 0)::bigint,
	case when $4::bigint <> 0 and belongs_at >= $2::timestamptz then 3 else $4::bigint end as part
from book
where at < $2::timestamptz
	and (at >= $1::timestamptz or (belongs_at >= $1::timestamptz and belongs_at < $2::timestamptz))
	and ($3::text = '' or customer_id = $3::text)
group by part, currency, account
order by part, currency, account
