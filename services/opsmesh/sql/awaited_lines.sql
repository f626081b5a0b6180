-- awaited_lines - the invoices of a customer that are not in the books as they stand, because lines of them are missing,
-- and by how much. $1 customer, $2 before.
select substr(awaited_id, length('lines/') + 1), currency, expected - found
from awaited
where customer_id = $1::text and awaited_id like 'lines/%' and since < $2::timestamptz
order by awaited_id
limit 100
