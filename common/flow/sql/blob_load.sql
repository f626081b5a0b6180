-- blob_load - the bytes of a digest. $1 digest. No row: nobody put any.
select body
from blob
where digest = $1::text
