-- observation_look - observations of a kind of which any time lies in a span. $1 kind, $2 from, $3 to, not included. Times as the vocabulary orders them.
select subject, number, currency, body,
	at, began_at, decided_at, opened_at, asked_at, replied_at, solved_at, last_solved_at
from observation
where kind = $1::text
	and greatest(at, began_at, decided_at, opened_at, asked_at, replied_at, solved_at, last_solved_at) >= $2::timestamptz
	and least(at, began_at, decided_at, opened_at, asked_at, replied_at, solved_at, last_solved_at) < $3::timestamptz
order by subject, number
