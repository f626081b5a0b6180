-- 0015_missing - more of what an object shows and of what never came.

alter table receivable add column credits bigint not null default 0;  -- of credit notes, as the invoice says itself
alter table receivable add column credited bigint not null default 0; -- of those that are known and stand
alter table customer add column balance bytea; -- balance_words_encode: that the provider keeps; null: none
