-- triage_exists - whether this schema has triages: an older classifier's has none.
select to_regclass('triage') is not null
