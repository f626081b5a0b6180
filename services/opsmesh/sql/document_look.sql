-- document_look - a document that was in force. $1 digest.
select body from document where digest = $1::text
