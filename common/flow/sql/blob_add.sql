-- blob_add - keeps bytes under their digest. $1 digest, $2 body.
insert into blob (digest, body)
values ($1::text, $2::bytea)
on conflict (digest) do nothing
