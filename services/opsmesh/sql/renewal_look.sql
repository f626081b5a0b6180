-- renewal_look - what is to be renewed within so long, or is overdue, next first. $1 microseconds, $2 account, $3 its owner; empty: any.
select due, (extract(epoch from due - (select at from as_of)) * 1000000)::bigint, coalesce(account, ''), coalesce(product, ''),
	coalesce(status, ''), seats, seats_in_use::bigint, coalesce(owner, array_to_string(teams, ', '), ''), coalesce(owner, ''),
	coalesce(to_json(teams)::text, '[]'), coalesce(to_json(risks)::text, '[]'), coalesce(to_json(expansions)::text, '[]'), since
from renewal
where due <= (select at from as_of) + $1::bigint * interval '1 microsecond'
	and ($2::text = '' or account = $2) and ($3::text = '' or owner = $3)
order by due, account, product
