-- 0035_named - which charge an open dispute names: one of more than that charge is over others of the customer as well.

alter table open_dispute add column charge_id text; -- null: it names none, or was open before this was kept
