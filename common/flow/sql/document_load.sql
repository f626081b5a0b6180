-- document_load - a document that was in force. $1 digest.
select name, body
from document
where digest = $1::text
