-- 0010_payclose - what the stage `payout` books counts when a period is closed.

-- As figure, of what the stage `payout` books in balance_entry; a table is of one stage.
create table balance_figure (like figure including all) with (fillfactor = 80);
