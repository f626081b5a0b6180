-- 0003_fact_subject - a fact that is about what its key names does not say so twice.
comment on column fact.subject is 'ce_subject; null: the key';
