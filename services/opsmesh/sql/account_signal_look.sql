-- account_signal_look - what speaks for accounts and against them, so long back, the latest first. $1 microseconds, $2 account, $3 its owner; empty: any.
select at, account, speaks_of, coalesce(owner, team), coalesce(owner, ''), team, sentence, subject
from account_signal
where at > (select at from as_of) - $1::bigint * interval '1 microsecond' and account <> ''
	and ($2::text = '' or account = $2) and ($3::text = '' or owner = $3)
order by at desc, account, sentence, subject
