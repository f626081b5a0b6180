-- 0034_paid - what an invoice says was paid of it stays known: what made it up may become less.

alter table receivable add column paid bigint not null default 0; -- that others have to make up
alter table receivable add column paid_in text; -- the currency; null: it never said that anything was
alter table receivable add column by_payments boolean not null default false; -- it names none of those who paid
