-- document_known - is this document kept? $1 digest. No row: it is not.
select digest
from document
where digest = $1::text
