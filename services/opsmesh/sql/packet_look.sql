-- packet_look - a packet of a case as it was put together. $1 home, $2 the provider's id, $3 digest.
select put_up_at, content
from packet
where home = $1::text and dispute_id = $2::text and digest = $3::text
