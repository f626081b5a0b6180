-- as_of_look - when a figure was said last, which is mesh time; null: none was.
select at from as_of
