-- account_adoption_look - how accounts use what they have. $1 account, $2 its owner; empty: any.
select account, coalesce(owner, ''), seats_paid, seats_in_use,
	coalesce((select json_agg((one ->> 'meter') || ': ' || (one ->> 'units') || ' after ' || (one ->> 'units_before')
		|| coalesce(', ' || (one ->> 'trend'), ''))::text from jsonb_array_elements(usage) one), '[]'),
	usage::text, tickets_opened, tickets_open, contented, discontented
from account_adoption
where ($1::text = '' or account = $1) and ($2::text = '' or owner = $2) and account <> ''
order by account
