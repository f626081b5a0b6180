#!/usr/bin/env bash
# company.sh - the model company: random histories with known truth, told to ingest and billing-sync in random order,
# with duplicates, drops, late uploads, crashes, over the simulator's log and database. A second, smaller company has
# objects of which nothing ever comes: each is asked for, or a case. A third is told day by day, and what is said on the
# way counts too. In a fourth the currency is refused that the project's document refuses, and something is lost as well.
#
# CUSTOMERS and SEED say how many and which; what fails, fails again with the same two.
set -u
cd "$(dirname "$0")/../.." || exit 2
program=${OUT:-build/release}/bin/company

[ -x "$program" ] || { echo "skip company: its program was not built"; exit 0; }
"$program" --customers "${CUSTOMERS:-10000}" --seed "${SEED:-1}" --lost 0 &&
	"$program" --customers "${CUSTOMERS_LOST:-300}" --seed "${SEED:-1}" --lost 3 &&
	"$program" --customers "${CUSTOMERS_ORDERED:-300}" --seed "${SEED:-1}" --lost 0 --ordered 1 &&
	"$program" --customers "${CUSTOMERS_REFUSED:-300}" --seed "${SEED:-1}" --lost 3 --refused 1
