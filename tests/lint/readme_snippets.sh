#!/usr/bin/env bash
# readme_snippets.sh - a program that a README quotes is the program that the tests run.
#
# A quotation is a fenced block right below a line `<!-- FILE -->`; it must equal that file.
git ls-files -z -co --exclude-standard '*.md' | while IFS= read -r -d '' readme; do
	awk -v readme="$readme" '
	/^<!-- [^ ]+ -->$/ { file = $2; line = NR; next }
	/^```/ && file != "" && !inside && NR == line + 1 { inside = 1; quoted = ""; next }
	/^```/ && inside {
		whole = ""
		while ((got = (getline text < file)) > 0)
			whole = whole text "\n"
		if (got < 0)
			print readme ":" line ": there is no " file
		else if (whole != quoted)
			print readme ":" line ": differs from " file
		close(file)
		inside = 0
		file = ""
		next
	}
	inside { quoted = quoted $0 "\n" }
	NR > line && !inside { file = "" }
	END { if (inside) print readme ":" line ": the quotation has no end" }' "$readme"
done
