-- 0026_refused - what is refused of the provider's, until a state of it is taken over.

-- The field of a state of an object that its customer was told of, and when that was so; null: none.
alter table object add column refused text;
alter table object add column refused_at timestamptz;

-- A customer's objects of which a state cannot be read, a line each; null: none.
alter table customer add column refused text;
