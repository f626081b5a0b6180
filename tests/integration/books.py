#!/usr/bin/env python3
"""books - `opsmesh ledger` and `opsmesh list discrepancies` over tables that this test fills itself.

DATABASE_URL is the operator's, BILLING_URL that of billing-sync's role. Prints `ok books: ...` or
`FAIL books: ...`.
"""
import csv
import io
import json
import os
import subprocess
import sys
import time

import psycopg

import contract

BIN = os.environ["OPSMESH_BIN"]
HISTORY = 10000  # bookings of the long customer
failures = 0


def check(good, name, detail=""):
    global failures
    print(f"{'ok' if good else 'FAIL'} books: {name}", flush=True)
    if not good:
        failures += 1
        print("#", detail, flush=True)


def run(*words):
    return subprocess.run([os.path.join(BIN, "opsmesh"), *words], capture_output=True, text=True, timeout=60)


def table(*words):
    """Rows of a CSV answer, by column."""
    answer = subprocess.run([os.path.join(BIN, "opsmesh"), "ledger", *words, "--format", "csv"],
                            capture_output=True, timeout=60)
    check(answer.returncode == 0, " ".join(words), answer)
    return list(csv.DictReader(io.StringIO(answer.stdout.decode(), newline="")))


def migrate():
    answer = subprocess.run([os.path.join(BIN, "billing-sync"), "--migrate"], capture_output=True, text=True,
                            timeout=60, env={**os.environ, "DATABASE_URL": os.environ["BILLING_URL"]})
    check(answer.returncode == 0, "the tables are made", answer)


def book(cursor, transaction, at, *lines, shard=0, into="entry", cut=0):
    """Lines of account, currency, minor units, customer, object; all in one statement."""
    rows = [(shard, transaction, number, at, at, account, currency, minor, customer, thing, "object/0/1",
             transaction.split("/", maxsplit=1)[0], None, cut)
            for number, (account, currency, minor, customer, thing) in enumerate(lines, 1)]
    places = ", ".join(["(" + ", ".join(["%s"] * 14) + ")"] * len(rows))
    cursor.execute(f"insert into {into} values {places}", [value for row in rows for value in row])


def story_empty():
    for words in (["ledger", "balance"], ["ledger", "statement", "cus_1"], ["ledger", "journal"]):
        answer = run(*words)
        check(answer.returncode == 0 and answer.stdout.startswith("Nothing is booked.\n"),
              f"{' '.join(words)} of empty books is a healthy answer", answer)
    answer = run("list", "discrepancies")
    check(answer.returncode == 0 and answer.stdout.startswith("No such discrepancy is open.\n"),
          "no discrepancies are a healthy answer", answer)
    check(run("list", "discrepancies", "--json").stdout == "[]\n", "and no JSON either")


def write_books(cursor):
    cursor.execute("insert into shard select stage, n, 1, 1, '2026-06-01T00:00:00Z', 0, 0, 0, '', 'test', 1, "
                   "now() from generate_series(0, 1) n, unnest(array['customer', 'payout']) stage")
    book(cursor, "invoice/in_1", "2026-04-30T23:59:59Z", ("receivable", "USD", 12000, "cus_1", "in_1"),
         ("revenue", "USD", -12000, "cus_1", "in_1"))
    book(cursor, "charge/ch_1", "2026-05-01T00:00:00Z", ("clearing", "USD", 12000, "cus_1", "ch_1"),
         ("receivable", "USD", -12000, "cus_1", "in_1"))
    book(cursor, "applied/ch_1/in_1", "2026-05-01T00:00:00Z", ("receivable", "USD", 12000, "cus_1", "ch_1"),
         ("receivable", "USD", -12000, "cus_1", "in_1"))
    book(cursor, "charge/ch_2", "2026-05-02T10:00:00Z", ("exchange", "EUR", 10000, "cus_1", "ch_2"),
         ("cash_in_transit", "USD", 10457, None, "txn_2"), ("fees", "USD", 343, None, "txn_2"),
         ("exchange", "USD", -10800, None, "txn_2"), ("clearing", "EUR", -10000, "cus_1", "ch_2"))
    book(cursor, "invoice/=1+1,\"x\"", "2026-05-03T10:00:00Z", ("receivable", "JPY", 500, "cus_2", "=1+1,\"x\""),
         ("revenue", "JPY", -300, "cus_2", "=1+1,\"x\""), ("credits", "JPY", -200, "cus_2", "@cmd"), shard=1)
    book(cursor, "invoice/in_4", "2026-05-04T10:00:00Z", ("receivable", "KWD", 1234, "cus_2", "in_4"),
         ("tax_payable", "KWD", -1234, "cus_2", "in_4"), shard=1)
    book(cursor, "used/si_1/1", "2026-05-03T23:59:59Z", ("unbilled_receivable", "USD", 25, "cus_3", "si_1"),
         ("revenue", "USD", -25, "cus_3", "si_1"))
    book(cursor, "usage_billed/si_1/2", "2026-05-04T23:59:59Z", ("unbilled_receivable", "USD", -7, "cus_3", "si_1"),
         ("revenue", "USD", 7, "cus_3", "si_1"))


def story_balance():
    rows = table("balance")
    sums = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], 0) + int(row["balance_minor"])
    check(sums == {"EUR": 0, "JPY": 0, "KWD": 0, "USD": 0}, "the trial balance is zero in each currency", sums)
    kwd = [row for row in rows if row["currency"] == "KWD"]
    check([row["balance"] for row in kwd] == ["1.234", "-1.234"], "a dinar has thousandths", kwd)
    check({(row["true_for"], row["shards_behind"]) for row in rows} == {("2026-06-01T00:00:00Z", "")},
          "it says what it is true for", rows[0])
    people = run("ledger", "balance").stdout
    check("Every currency sums to zero.\nTrue for 2026-06-01T00:00:00Z, which all 4 shards have passed.\n" in people,
          "people read that it balances and for when", people)
    late = run("ledger", "balance", "--period", "2026-06").stdout
    check("4 of 4 shards that have not passed it: customer/0 (2026-06-01T00:00:00Z), customer/1" in late,
          "who has not passed the end of a period is named", late)


def story_statement():
    rows = table("statement", "cus_1")
    check([(row["amount"], row["owes"]) for row in rows] == [("120.00", "120.00"), ("-120.00", "0.00")],
          "a statement says what is owed by then, and not what moves within", rows)
    rows = table("statement", "cus_1", "--period", "2026-05")
    check([(row["reason"], row["owes_minor"]) for row in rows] == [("(before)", "12000"), ("charge", "0")],
          "that of a month begins with what was owed", rows)
    rows = table("statement", "--customer", "cus_1", "--at", "2026-04-30T23:59:59Z")
    check([row["owes_minor"] for row in rows] == ["12000"], "a time takes in its own instant", rows)
    rows = table("statement", "cus_2")
    check([(row["account"], row["owes_minor"]) for row in rows]
          == [("receivable", "500"), ("credits", "300"), ("receivable", "1234")],
          "credits are taken from what is owed, each currency by itself", rows)
    people = run("ledger", "statement", "cus_3").stdout
    check(people.startswith("cus_3 owes nothing; used and not billed yet: 0.18 USD.\n"),
          "what is used and not billed yet is said beside what is owed", people)
    people = run("ledger", "statement", "cus_3", "--at", "2026-05-04T00:00:00Z").stdout
    check(people.startswith("cus_3 owes nothing; used and not billed yet: 0.25 USD.\n"), "of any time", people)
    people = run("ledger", "statement", "cus_3", "--period", "2026-05-05").stdout
    check("used and not billed yet: 0.18 USD.\n" in people, "and of a period with what was before it", people)


def story_journal():
    rows = table("journal", "--customer", "cus_1")
    check(len(rows) == 11 and sum(int(row["amount_minor"]) for row in rows if row["currency"] == "USD") == 0,
          "a customer's journal has whole transactions", rows)
    rows = [row for row in table("journal") if row["transaction"] == "invoice/=1+1,\"x\""]
    check({row["object_id"] for row in rows} == {"'=1+1,\"x\"", "'@cmd"}, "no cell is a formula", rows)
    answer = run("ledger", "journal", "--format", "netsuite")
    rows = list(csv.DictReader(io.StringIO(answer.stdout, newline="")))
    entries = {}
    for row in rows:
        of = entries.setdefault(row["External ID"], {"currencies": set(), "rows": 0})
        of["currencies"].add(row["Currency"])
        of["rows"] += 1
    check(answer.returncode == 0 and all(len(of["currencies"]) == 1 and of["rows"] > 1 for of in entries.values())
          and "charge/ch_2/EUR" in entries, "an entry for NetSuite has one currency and two lines", entries)
    check({row["Account"] for row in rows if row["External ID"] == "invoice/in_4/KWD"} == {"1200", "2200"},
          "accounts have the numbers of the chart", rows)
    check("True for 2026-06-01T00:00:00Z, which all 4 shards have passed." in answer.stderr,
          "what it is true for is said beside it", answer.stderr)


def story_long(cursor):
    cursor.execute(
        "insert into entry select 0, 'invoice/long_' || n, line, timestamptz '2026-01-01' + n * interval '1 minute', "
        "'2026-05-01', case line when 1 then 'receivable' else 'revenue' end, 'USD', case line when 1 then n else -n "
        "end, 'cus_long', 'long_' || n, 'object/0/1', 'invoice', null "
        "from generate_series(1, %s) n, generate_series(1, 2) line", [HISTORY])
    cursor.execute("vacuum analyze entry")  # as the server does by itself within minutes
    rows = table("statement", "cus_long")
    check(len(rows) == HISTORY and int(rows[-1]["owes_minor"]) == HISTORY * (HISTORY + 1) // 2,
          f"a statement of {HISTORY} bookings adds up", rows[-1])
    print(f"# a statement of {HISTORY} bookings: {median_ms('cus_long'):.0f} ms; of none: {median_ms('cus_none'):.0f}")


def median_ms(customer):
    times = []
    for _ in range(9):
        begin = time.monotonic()
        run("ledger", "statement", customer)
        times.append((time.monotonic() - begin) * 1000)
    return sorted(times)[len(times) // 2]


class Facts:
    """Facts of billing-sync, packed."""

    def __init__(self):
        self.type = contract.Messages().type("BillingEvent")
        self.sequence = 0

    def tell(self, cursor, customer, name, discrepancy, expected=None, found=None, **fields):
        event = self.type()
        fact = getattr(event, name)
        fact.discrepancy_id = discrepancy
        for field, value in fields.items():
            if isinstance(value, list):
                getattr(fact, field).extend(value)
            else:
                setattr(fact, field, value)
        for field, amount in (("expected", expected), ("found", found)):
            if amount is not None:
                getattr(fact, field).minor, getattr(fact, field).currency = amount
        self.sequence += 1
        cursor.execute("insert into fact values ('customer/0', %s, 'ops.billing.v1', 0, %s, %s, null, '2026-05-01', "
                       "'2026-05-01', %s, null)", [self.sequence, customer.encode(), f"ops.billing.{name}.v1",
                                                   event.SerializeToString()])


def story_discrepancies(cursor):
    facts = Facts()
    cursor.execute("select fact_month_add('2026-05-01')")
    cursor.execute("insert into customer (shard, customer_id, account_id, subscribed) values (0, 'cus_1', 'acme', true)")
    cursor.execute(
        "insert into discrepancy values (0, 'cus_1', 'd/old', 'charge_twice', 'open', '2026-05-30', ''), "
        "(0, 'cus_1', 'd/seats', 'seats', 'open', '2026-05-31', ''), "
        "(0, 'cus_2', 'd/fine', 'tax_rate', 'healed', '2026-05-02', '')")
    facts.tell(cursor, "cus_1", "discrepancy_opened", "d/old", (0, "USD"), (12000, "USD"), object_ids=["ch_1"],
               severity=3, queue="billing", sentence="taken twice")
    facts.tell(cursor, "cus_1", "discrepancy_grown", "d/old", (0, "USD"), (500, "USD"), object_id="ch_9", objects=2)
    facts.tell(cursor, "cus_1", "discrepancy_opened", "d/seats", object_ids=["sub_1"], severity=2, queue="sales",
               expected_count=10, found_count=12)
    facts.tell(cursor, "cus_2", "discrepancy_opened", "d/fine", (1, "USD"), (2, "USD"), object_ids=["in_1"],
               severity=4, queue="finance")
    facts.tell(cursor, "cus_2", "discrepancy_healed", "d/fine")
    rows = json.loads(run("list", "discrepancies", "--json").stdout)
    check([(row["discrepancy_id"], row["account_id"], len(row["objects"])) for row in rows]
          == [("d/old", "acme", 2), ("d/seats", "acme", 1)], "open discrepancies are listed, gravest first", rows)
    people = run("list", "discrepancies").stdout
    check("\nUnexplained: 125.00 USD.\nTrue for 2026-06-01T00:00:00Z, which all 4" in people and "2d 00h" in people,
          "what is unexplained is summed up, and ages are the mesh's", people)
    rows = json.loads(run("list", "discrepancies", "--all", "--json").stdout)
    check([row["state"] for row in rows] == ["open", "open", "healed"], "--all has those that are healed", rows)
    rows = json.loads(run("list", "discrepancies", "--queue", "sales", "--json").stdout)
    check([row["discrepancy_id"] for row in rows] == ["d/seats"], "a queue has its own", rows)
    check(rows[0]["objects"] == [{"object_id": "sub_1", "currency": None, "expected_count": 10, "found_count": 12}],
          "seats are told by their number", rows)


def moved(cursor, transaction, kind, at, currency, amount, fee, state):
    cursor.execute("insert into moved values (2, %s, %s, %s, %s, %s, %s, %s, %s)",
                   (transaction, kind, at, currency, amount, fee, kind == "payout", state))


def story_proof(cursor):
    """100.00 CHF settled in April; in May a fee, 50.00 paid out that have not arrived, 7.00 that wait."""
    moved(cursor, "txn_2", "charge", "2026-05-02T10:00:00Z", "USD", 10800, 343, "placed")
    moved(cursor, "txn_a", "charge", "2026-04-20T00:00:00Z", "CHF", 10000, 300, "placed")
    moved(cursor, "txn_b", "stripe_fee", "2026-05-05T00:00:00Z", "CHF", -50, 0, "booked")
    moved(cursor, "txn_c", "payout", "2026-05-06T00:00:00Z", "CHF", -5000, 0, "booked")
    moved(cursor, "txn_d", "charge", "2026-05-07T00:00:00Z", "CHF", 700, 0, "waits")
    book(cursor, "settlement/txn_a", "2026-04-20T00:00:00Z", ("cash_in_transit", "CHF", 9700, None, "txn_a"),
         ("fees", "CHF", 300, None, "txn_a"), ("clearing", "CHF", -10000, None, "txn_a"))
    book(cursor, "fee/txn_b", "2026-05-05T00:00:00Z", ("cash_in_transit", "CHF", -50, None, "txn_b"),
         ("fees", "CHF", 50, None, "txn_b"), into="balance_entry")
    cursor.execute("insert into stated values (2, 'CHF', '2026-05-10', 5350, 1)")
    row = table("proof", "--period", "2026-05")[0]
    figures = [int(row[f"{name}_minor"]) for name in ("start", "net", "paid_out", "end", "on_its_way", "waits", "books",
                                                      "books_off", "stated_off")]
    check(row["currency"] == "CHF" and figures == [9700, 650, 5000, 5350, 5000, 700, 9650, 0, 0],
          "start + net - paid out = end, and the books have it", row)
    book(cursor, "payout/po_1", "2026-05-08T00:00:00Z", ("cash", "CHF", 5000, None, "po_1"),
         ("cash_in_transit", "CHF", -5000, None, "po_1"), into="balance_entry")
    row = table("proof")[0]
    check((row["start_minor"], row["on_its_way_minor"], row["books_off_minor"]) == ("0", "0", "0"),
          "what has arrived is on its way no longer", row)
    check("Every balance is what its transactions come to.\n" in run("ledger", "proof").stdout, "people read that it is so")
    cursor.execute("update shard set now = '2026-05-01T00:00:00Z' where stage = 'payout' and shard = 1")
    late = run("ledger", "proof", "--at", "2026-05-20T00:00:00Z").stdout
    check("but for 1 of 4 shards that have not passed it: payout/1 (2026-05-01T00:00:00Z)." in late,
          "a shard of the balance that stands still is named", late)
    cursor.execute("update shard set now = '2026-06-01T00:00:00Z' where stage = 'payout' and shard = 1")
    check(any(row["account"] == "cash" for row in table("balance")), "the trial balance has what no customer's stage books")
    moved(cursor, "txn_e", "charge", "2026-05-09T00:00:00Z", "CHF", 5, 0, "placed")
    answer = run("ledger", "proof")
    check(answer.returncode == 1 and "off by -0.1" in answer.stdout, "what the books lack is said", answer)


def story_recurring(cursor):
    """10,000 yen in one shard and 50.00 USD in another from the first on; on the second, which is not over, 70.00 more."""
    day = 20574
    for shard, currency, name, at, minor in ((0, "JPY", "mrr", day, 10000), (0, "JPY", "mrr_new", day, 10000),
                                             (1, "USD", "mrr", day, 5000), (1, "USD", "mrr_new", day, 5000),
                                             (1, "USD", "mrr", day + 1, 7000), (1, "USD", "pending", 0, day + 2),
                                             (0, "", "reporting", 0, day + 1), (1, "", "reporting", 0, day + 1)):
        cursor.execute("insert into figure values (%s, %s, %s, %s, %s)", (shard, currency, name, at, minor))
    cursor.execute("insert into reported_day values (0, 'USD', %s, 0, 6444, 0, 0, 0, 0, 0, 6444), "
                   "(1, 'USD', %s, 0, 5000, 0, 0, 0, 0, 0, 5000)", (day, day))

    def figures(*options):
        return [[row["currency"], row["what"], int(row["start_minor"]), int(row["new_minor"]), int(row["end_minor"]),
                 row["off_minor"], row["told_to"]] for row in table("recurring", *options)]

    check(figures() == [["JPY", "own", 0, 10000, 10000, "0", ""], ["USD", "own", 0, 5000, 5000, "0", ""],
                        ["USD", "all", 0, 11444, 11444, "0", "2026-05-01"]], "what comes in by the month, of days that are over",
          figures())
    check([row[2:5] for row in figures("--period", "2026-06")] == [[10000, 0, 10000], [5000, 0, 5000], [11444, 0, 11444]],
          "what stands, stands", figures("--period", "2026-06"))
    people = run("ledger", "recurring", "--period", "2026-05-01")
    check(people.returncode == 0 and "Recurring revenue adds up.\n" in people.stdout and "114.44" in people.stdout,
          "people read that it adds up", people)
    cursor.execute("update reported_day set fx = 7 where shard = 0")
    people = run("ledger", "recurring")
    check(people.returncode == 1 and "off by 0.07 USD" in people.stdout, "what does not add up is said", people)


def close(cursor, period, cut, cut_at):
    """As the stage books does; days of the books begin at 15:00 of UTC."""
    cursor.execute("insert into period values (0, %s, %s::date - date '1970-01-01', %s::date - date '1970-01-01' + 1, "
                   "%s, %s, %s, '')", [period, period, period, cut, cut_at, f"{cut:064x}"])


def story_sealed(cursor):
    """Two days that are closed, by cuts 1 and 3: cut 2 was refused."""
    def sale(name, at, minor, cut=0):
        book(cursor, f"invoice/{name}", at, ("receivable", "SEK", minor, "cus_s", name),
             ("revenue", "SEK", -minor, "cus_s", name), cut=cut)

    answer = run("ledger", "balance", "--period", "2026-03-02")
    check("2026-03-02 is not closed; no period is.\n" in answer.stdout, "a period that is not closed says so", answer)
    close(cursor, "2026-03-01", 1, "2026-03-01T15:00:00Z")
    close(cursor, "2026-03-02", 3, "2026-03-02T15:00:00Z")
    sale("eve", "2026-03-01T14:59:59Z", 1)
    sale("first", "2026-03-01T15:00:00Z", 10)
    sale("between", "2026-03-01T14:00:00Z", 100, cut=1)  # of the first day, when that one was closed
    sale("seen", "2026-03-02T10:00:00Z", 1000, cut=2)
    sale("after", "2026-03-02T11:00:00Z", 10000, cut=3)  # of the second day, later than its cut
    sale("long_after", "2026-03-01T13:00:00Z", 100000, cut=7)
    sale("third", "2026-03-02T15:00:00Z", 1000000, cut=1)
    book(cursor, "fee/txn_s", "2026-03-02T12:00:00Z", ("cash_in_transit", "SEK", -3, None, "txn_s"),
         ("fees", "SEK", 3, None, "txn_s"), into="balance_entry")

    def sums(*words):
        return {(row["account"], row["state"]): int(row["balance_minor"]) for row in table("balance", *words)
                if row["currency"] == "SEK" and row["account"] in ("receivable", "fees")}

    check(sums("--period", "2026-03-02") == {("receivable", "sealed"): 1110, ("fees", "sealed"): 3,
                                             ("receivable", "correction"): 10000},
          "a sealed day has what its cut has seen, and corrections apart", sums("--period", "2026-03-02"))
    check(sums("--period", "2026-03-01") == {("receivable", "sealed"): 1, ("receivable", "correction"): 100100},
          "a day ends where it was cut", sums("--period", "2026-03-01"))
    check(sums("--period", "2026-03-03") == {("receivable", "open"): 1110000},
          "the open day has the corrections of those before it", sums("--period", "2026-03-03"))
    check(sums() == {("receivable", ""): 1111111, ("fees", ""): 3}, "all that is booked is as it was", sums())
    rows = table("journal", "--period", "2026-03-02", "--customer", "cus_s")
    check([(row["object_id"], row["state"]) for row in rows][::2]
          == [("between", "sealed"), ("first", "sealed"), ("seen", "sealed"), ("after", "correction")],
          "its journal has corrections last", rows)
    people = run("ledger", "balance", "--period", "2026-03-02").stdout
    check(f"2026-03-02 is closed by cut 3 at 2026-03-02T15:00:00Z, sealed {3:064x}.\n" in people,
          "people read the seal", people)
    check("is not closed; the books are closed to 2026-03-02T15:00:00Z.\n"
          in run("ledger", "journal", "--period", "2026-03").stdout, "of an open one how far the books are closed")
    taken = {}
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        answer = run("ledger", "journal", "--customer", "cus_s", "--period", day, "--format", "netsuite")
        for row in csv.DictReader(io.StringIO(answer.stdout, newline="")):
            taken.setdefault(row["External ID"].split("/")[1], set()).add((day, row["Date"]))
    check(taken == {"eve": {("2026-03-01", "2026-03-01")}, "first": {("2026-03-02", "2026-03-01")},
                    "between": {("2026-03-02", "2026-03-01")}, "seen": {("2026-03-02", "2026-03-02")},
                    "after": {("2026-03-03", "2026-03-02")}, "long_after": {("2026-03-03", "2026-03-02")},
                    "third": {("2026-03-03", "2026-03-02")}},
          "another ledger takes each over once, with the period that it belongs to", taken)


def story_wrong_usage():
    for words in (["ledger"], ["ledger", "sum"], ["ledger", "statement"], ["ledger", "balance", "--period", "May"],
                  ["ledger", "balance", "--format", "netsuite"], ["ledger", "proof", "--customer", "cus_1"], ["list", "discrepancies", "--due-within", "4h"],
                  ["list", "tickets", "--all"]):
        answer = run(*words)
        check(answer.returncode == 2 and answer.stderr.startswith("opsmesh "), f"{' '.join(words)} is refused", answer)


story_wrong_usage()
migrate()
story_empty()
with psycopg.connect(os.environ["BILLING_URL"], autocommit=True) as connection:
    with connection.cursor() as pen:
        write_books(pen)
        story_balance()
        story_statement()
        story_journal()
        story_discrepancies(pen)
        story_long(pen)
        story_proof(pen)
        story_recurring(pen)
        story_sealed(pen)
sys.exit(failures != 0)
