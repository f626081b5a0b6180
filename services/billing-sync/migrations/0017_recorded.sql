-- 0017_recorded - what of an invoice is on record as paid outside of the provider.

alter table receivable add column recorded bytea; -- applied_encode: the payments; null: none
