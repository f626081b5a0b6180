-- document_add - keeps a document that is in force. $1 digest, $2 name, $3 body.
insert into document (digest, name, body)
values ($1::text, $2::text, $3::bytea)
on conflict (digest) do nothing
