-- subject_told - what was told of tickets that may have been open in a span. $1 from, $2 to, not included. A ticket that is open now was solved last at no time.
select s.subject, s.told
from subject s join observation o on o.shard = s.shard and o.subject = s.subject and o.kind = 'ticket'
where o.opened_at < $2::timestamptz and (o.last_solved_at is null or o.last_solved_at >= $1::timestamptz)
order by s.subject
