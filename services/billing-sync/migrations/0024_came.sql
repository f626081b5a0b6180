-- 0022_came - whether a customer's own object has come, so that nothing is looked for where it has.

alter table customer add column came boolean not null default false;
alter table customer add column named_us bigint not null default 0; -- until then: of the earliest other; 0: none
