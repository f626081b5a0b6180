-- rebuild_snapshot - what a transaction of this connection compares is as it was when it began.
set session characteristics as transaction isolation level repeatable read
