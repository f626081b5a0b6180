-- blob_look - bytes that are kept by their content. $1 digest.
select body from blob where digest = $1::text
