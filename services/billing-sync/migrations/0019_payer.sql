-- 0019_payer - who pays what of an invoice, over all of its charges.

alter table receivable add column payers bytea; -- payer_encode: the charges; null: none

-- What the charge itself says to have been refunded, minor units by ISO 4217.
alter table payment add column refunded bigint not null default 0;

-- A charge may pay several invoices, and each has to know that it gives back.
alter table refundable add column others bytea; -- texts, packed: invoices beside the first; null: none
