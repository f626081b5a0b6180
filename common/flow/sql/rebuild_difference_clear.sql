-- rebuild_difference_clear - template: forgets what an earlier comparison found.
delete from {scratch}.rebuild_difference
