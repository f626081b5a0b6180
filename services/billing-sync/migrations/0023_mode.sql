-- 0023_mode - what of a customer contradicts: of which mode its objects are, who else declares it.

alter table customer
	add column live_object text, -- the first object of live mode that came; null: none did
	add column test_object text, -- the same of test mode
	add column rivals      text; -- accounts that declare it beside account_id, each with a line feed behind it
