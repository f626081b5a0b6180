-- migration_look - has it run, and as it stands? $1 name, $2 text. No row: it has not.
select digest = encode(sha256(convert_to($2::text, 'UTF8')), 'hex')
from migration
where name = $1::text
