#!/usr/bin/env python3
"""kpi_truth_money - every metric of money, disputes and accounts, computed a second time from the facts alone.

  kpi_truth_money.py FACTS.jsonl KPI.jsonl [METRICS]     lines of `opsmesh tail` (of all topics, and of ops.kpi.v1)

Shares no code and no logic with kpi-aggregator: what a metric counts is written here by hand, and a document of METRICS
(deploy/policies/metrics) gives the names of its windows, zone and dimensions alone. Sums are integers, ratios fractions.
Prints `ok kpi_truth: METRIC (rows)` or `FAIL kpi_truth: METRIC ...` for each metric; exit 1 when one differs.

`money(facts)` gives {(metric, window kind, label, dimension, value, currency): figures}, of each window in which something counts.
A level stands in the windows between as well: `Truth.figures` computes any.
"""
import bisect
import collections
import datetime
import fractions
import json
import math
import os
import sys
import zoneinfo

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
METRICS = os.path.join(TOP, "deploy", "policies", "metrics")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
PPM = 1000000
KINDS = ("minute", "hour", "day", "week", "month")
SKETCH_ERROR = 128  # a quantile is off by this part of itself at most


def instant(text):
    """RFC 3339 to microseconds since 1970; None where it is absent."""
    if not text:
        return None
    whole, _, digits = text.rstrip("Z").partition(".")
    at = datetime.datetime.fromisoformat(whole + "+00:00")
    return (at - EPOCH) // MICROSECOND + int((digits + "000000")[:6])


def rounded(value):
    """A fraction to the nearest integer, a half to the even one."""
    return None if value is None else round(value)


def divided(top, under):
    return None if under == 0 else fractions.Fraction(top, under)


# Windows.


def local_midnight(day, zone):
    """The first instant of a local day."""
    naive = datetime.datetime.combine(day, datetime.time(0))
    at = naive.replace(tzinfo=zone).astimezone(datetime.timezone.utc)
    while at.astimezone(zone).date() < day:  # midnight does not exist
        at += datetime.timedelta(minutes=1)
    return (at - EPOCH) // MICROSECOND


def day_of(at, zone):
    return (EPOCH + at * MICROSECOND).astimezone(zone).date()


def window(kind, at, zone):
    """(start, end, label) of the window in which an instant lies."""
    day = day_of(at, zone)
    if kind == "hour":
        first = local_midnight(day, zone)
        hour = (at - first) // 3600000000
        start = first + hour * 3600000000
        end = min(start + 3600000000, local_midnight(day + datetime.timedelta(1), zone))
        return start, end, f"{day}T{hour:02d}"
    if kind == "day":
        begin, over, label = day, day + datetime.timedelta(1), str(day)
    elif kind == "week":
        begin = day - datetime.timedelta(day.weekday())
        over = begin + datetime.timedelta(7)
        year, week, _ = day.isocalendar()
        label = f"{year}-W{week:02d}"
    else:
        begin = day.replace(day=1)
        over = (begin + datetime.timedelta(32)).replace(day=1)
        label = f"{day:%Y-%m}"
    return local_midnight(begin, zone), local_midnight(over, zone), label


# Facts.


def money_of(said):
    return (int(said.get("minor", 0)), said.get("currency", "")) if said else (0, "")


def fact_of(data):
    """The oneof's member and its content."""
    beside = {"customerId", "occurredAt", "causeId", "accountId", "caseId", "disputeId", "actor", "requestId"}
    for name, content in data.items():
        if name not in beside and isinstance(content, dict):
            return name, content
    return "", {}


def by_subject(facts, topic, find):
    """Facts of a topic in their order, by what find says of (data, name, fact)."""
    found = collections.defaultdict(list)
    for line in facts:
        if line["topic"] != topic:
            continue
        name, fact = fact_of(line["data"])
        subject = find(line["data"], name, fact)
        if subject:
            found[subject].append((instant(line["data"].get("occurredAt")), line["data"].get("accountId", ""), name, fact))
    return found


def first_said(values):
    return next((value for value in values if value), "")


def last_said(values):
    return first_said(reversed(list(values)))


class Truth:
    """What counts, metric by metric; windows are cut out of it when somebody asks."""

    def __init__(self, facts, metrics=METRICS):
        self.documents = {}
        self.counted = collections.defaultdict(list)
        for name in sorted(os.listdir(metrics)):
            with open(os.path.join(metrics, name), encoding="utf-8") as file:
                document = json.load(file)
            if "formula" in document:
                self.documents[document["id"], document["version"]] = document
        facts = list(facts)
        for tell in (self.payments, self.refunds, self.credits, self.invoices, self.discrepancies, self.recurring, self.seats,
                     self.access, self.usage, self.cases, self.programmes, self.accounts):
            tell(facts)
        for contributions in self.counted.values():
            contributions.sort(key=lambda one: one["at"])

    def count(self, metric, at, words, currency="", **what):
        """One contribution: n, hits, total (of the measure), aside (its name), span."""
        if at is None:
            return
        one = dict(what, at=at)
        self.counted[metric, "", "", currency].append(one)
        document = self.document(metric)
        for dimension in document["dimensions"] if document else ():
            if dimension in words:
                self.counted[metric, dimension, words[dimension], currency].append(one)

    def document(self, metric):
        return self.documents.get((metric, 1))

    # Payments.

    def payments(self, facts):
        charges = by_subject(facts, "ops.billing.v1",
                             lambda _, name, fact: fact["paymentId"] if name == "paymentChanged" else None)
        wanted = collections.defaultdict(list)
        for charge, told in charges.items():
            newest = told[-1][3]
            ours = newest.get("paymentIntentId") or newest.get("invoiceId") or charge
            wanted[ours].append(self.attempt(charge, told))
        for attempts in wanted.values():
            attempts.sort(key=lambda attempt: (attempt["at"], attempt["id"]))
            winners = [attempt for attempt in attempts if attempt["good"]]
            self.payment(attempts, winners[0] if winners else attempts[-1])

    @staticmethod
    def attempt(charge, told):
        newest = told[-1][3]
        good = newest.get("toStatus") == "succeeded"
        bad = not good and ("decline" in newest or newest.get("toStatus") == "failed")
        decline = newest.get("decline", {})
        minor, currency = money_of(newest.get("amount"))
        made = last_said(fact.get("createdAt") for _, _, _, fact in told)
        return {
            "id": charge, "good": good, "bad": bad, "minor": minor, "currency": currency,
            "at": instant(made) if made else told[0][0],
            "seen": not bad or (charge != newest.get("paymentIntentId") and not decline.get("unsent", False)),
            "words": {
                "reason": first_said((decline.get("code"), newest.get("declineCode"), newest.get("failureCode"))) if bad else "",
                "network": last_said(fact.get("card", {}).get("network") for _, _, _, fact in told),
                "region": last_said(fact.get("card", {}).get("country") for _, _, _, fact in told),
                "account": first_said(account for _, account, _, _ in told),
            },
        }

    def rate(self, metric, attempt, hit):
        self.count(metric, attempt["at"], attempt["words"], n=1, hits=int(hit))
        self.count(metric + "_value", attempt["at"], attempt["words"], attempt["currency"], n=attempt["minor"],
                   hits=attempt["minor"] if hit else 0)

    def payment(self, attempts, decides):
        for attempt in attempts:
            if not attempt["good"] and not attempt["bad"]:
                continue
            self.rate("billing.authorisation_raw", attempt, attempt["good"])
            if attempt["seen"]:
                self.rate("billing.authorisation_network", attempt, attempt["good"])
            if attempt is attempts[0]:
                self.rate("billing.authorisation_first_try", attempt, attempt["good"])
            if attempt is decides:
                self.rate("billing.authorisation_acceptance", attempt, attempt["good"])
            if attempt["good"]:
                self.count("billing.refund_rate", attempt["at"], attempt["words"], attempt["currency"], n=attempt["minor"])
            if attempt["bad"]:
                self.failure(attempt, attempt is attempts[0], decides["good"] and attempts.index(attempt) < attempts.index(decides))

    def failure(self, attempt, first, recovered):
        at, words = attempt["at"], attempt["words"]
        self.count("billing.payments_failed", at, words, n=1)
        if recovered:
            self.count("billing.payments_failed", at, words, aside="recovered")
        if not first:
            return
        self.count("billing.payments_failed_amount", at, words, attempt["currency"], n=1, total=attempt["minor"])
        if recovered:
            self.count("billing.payments_failed_amount", at, words, attempt["currency"], aside="recovered")
        self.rate("billing.recovered", attempt, recovered)

    # Papers.

    def refunds(self, facts):
        for told in by_subject(facts, "ops.billing.v1",
                               lambda _, name, fact: fact["refundId"] if name == "refundChanged" else None).values():
            newest = told[-1][3]
            minor, currency = money_of(newest.get("amount"))
            words = {"reason": newest.get("reason", ""), "status": newest.get("toStatus", ""),
                     "account": first_said(account for _, account, _, _ in told)}
            at = min(at for at, _, _, _ in told)
            if words["status"] == "succeeded":
                self.count("billing.refunds", at, words, n=1)
                self.count("billing.refunds_amount", at, words, currency, n=1, total=minor)
                self.count("billing.refund_rate", at, words, currency, hits=minor)
            else:
                self.count("billing.refunds", at, words, aside="not_through")

    def credits(self, facts):
        for told in by_subject(facts, "ops.billing.v1",
                               lambda _, name, fact: fact["creditNoteId"] if name == "creditNoteChanged" else None).values():
            newest = told[-1][3]
            minor, currency = money_of(newest.get("total"))
            words = {"reason": newest.get("reason", ""), "account": first_said(account for _, account, _, _ in told)}
            if newest.get("toStatus") == "issued":
                self.count("billing.credits_amount", min(at for at, _, _, _ in told), words, currency, n=1, total=minor)

    def invoices(self, facts):
        names = {"invoiceChanged", "dunningRecovered", "dunningExhausted"}
        for told in by_subject(facts, "ops.billing.v1",
                               lambda _, name, fact: fact["invoiceId"] if name in names else None).values():
            states = [one for one in told if one[2] == "invoiceChanged"]
            if states:
                self.invoice(states, any(one[2] == "dunningExhausted" for one in told))

    def invoice(self, states, exhausted):
        status = states[-1][3]["toStatus"]
        minor, currency = money_of(states[-1][3].get("total"))
        words = {"status": status, "account": first_said(account for _, account, _, _ in states)}
        final = next((at for at, _, _, fact in states if fact["toStatus"] in ("open", "paid", "void", "uncollectible")), None)
        paid = None
        for at, _, _, fact in states:
            paid = (paid or at) if fact["toStatus"] == "paid" else None
        self.count("billing.invoices", final, words, n=1)
        self.count("billing.invoices_amount", final, words, currency, n=1, total=minor)
        if status == "open":
            self.count("billing.invoices", final, words, aside="unpaid")
            self.count("billing.time_to_pay", final, words, aside="unpaid")
        if final is None and status == "draft":
            made = min(at for at, _, _, _ in states)
            self.count("billing.invoices_drafts", made, words, n=1)
            self.count("billing.invoices_drafts_amount", made, words, currency, n=1, total=minor)
        if exhausted and status != "paid":
            self.count("billing.invoices_given_up", final, words, currency, n=1, total=minor)
        if paid is not None:
            self.count("billing.time_to_pay", paid, words, n=1, total=paid - final, span=paid - final)

    # Discrepancies.

    def discrepancies(self, facts):
        names = {"discrepancyOpened", "discrepancyHealed", "discrepancyGrown", "discrepancyShrunk", "discrepancyExplained"}
        for told in by_subject(facts, "ops.billing.v1",
                               lambda _, name, fact: fact["discrepancyId"] if name in names else None).values():
            self.discrepancy(told)

    def discrepancy(self, told):
        opened = [one for one in told if one[2] == "discrepancyOpened"]
        if not opened:
            return
        words = {"reason": last_said(one[3].get("cause") for one in opened), "team": last_said(one[3].get("queue") for one in opened),
                 "account": first_said(one[1] for one in told)}
        shown, began, was = {}, None, collections.Counter()
        openings = []
        for at, _, name, fact in told:
            ends = name in ("discrepancyHealed", "discrepancyExplained")
            opens = name == "discrepancyOpened" and began is None
            if opens:
                began = at
                openings.append([at, None])
                shown = {one: off for one, off in shown.items() if one in fact.get("objectIds", [])}
            before = {} if opens else dict(shown)
            if not ends:
                self.show(shown, name, fact)
            if began is not None and words["reason"] == "charged_twice":
                self.charged_twice(at, words, [off for one, off in shown.items() if one not in before])
            since = began
            if ends and began is not None:
                status = "healed" if name == "discrepancyHealed" else "explained"
                openings[-1][1] = status
                self.ended(at, began, dict(words, status=status))
                began = None
            now = collections.Counter() if began is None else collections.Counter()
            if began is not None:
                for minor, currency in shown.values():
                    now[currency] += minor
            if name == "discrepancyHealed":
                shown = {}
            self.off_by(at, since, words, now, was)
            was = now
        for at, status in openings:
            self.count("billing.discrepancies", at, dict(words, status=status or "open"), n=1)
            self.count("billing.discrepancies_open", at, words, total=1)
            if words["reason"] in ("missed_event", "stale", "never_came"):
                self.count("billing.webhooks_stale", at, dict(words, status=status or "open"), n=1)

    def charged_twice(self, at, words, charges):
        for minor, currency in charges:
            self.count("billing.duplicate_charges", at, words, n=1)
            self.count("billing.duplicate_charges_amount", at, words, currency, n=1, total=minor)

    @staticmethod
    def show(shown, name, fact):
        """What one object is off by now."""
        if name == "discrepancyOpened":
            ids = fact.get("objectIds", [])
            about = next((one for one in ids if one not in shown), ids[-1] if ids else "")
        else:
            about = fact.get("objectId", "")
        shown.pop(about, None)
        if "expected" in fact and "found" in fact:
            minor, currency = money_of(fact["found"])
            apart = abs(minor - money_of(fact["expected"])[0])
            if apart:
                shown[about] = (apart, currency)

    def ended(self, at, began, words):
        self.count("billing.discrepancies_open", at, words, total=-1)
        self.count("billing.discrepancy_age", at, words, n=1, total=at - began, span=at - began)

    def off_by(self, at, began, words, now, was):
        for currency in set(now) | set(was):
            more = now[currency] - was[currency]
            if more and began is not None:
                self.count("billing.unexplained_amount", at, words, currency, total=more)
                self.count("billing.unexplained_by_age", began, words, currency, total=more)

    # What moves.

    def recurring(self, facts):
        signs = {"NEW": 1, "REACTIVATION": 1, "EXPANSION": 1, "CONTRACTION": -1, "CHURN": -1, "FX": 1}
        for line in facts:
            moved = line["data"].get("recurringMoved") if line["topic"] == "ops.billing.v1" else None
            if not moved or "amount" not in moved:
                continue
            move = moved["move"].removeprefix("RECURRING_MOVE_")
            minor, currency = money_of(moved["amount"])
            minor *= signs[move]
            at = instant(moved["day"] + "T12:00:00Z")
            words = {"move": move.lower(), "account": line["data"].get("accountId", "")}
            self.count("billing.mrr", at, words, currency, total=minor)
            self.count("billing.mrr_moved", at, words, currency, n=1, total=minor)
            self.count("billing.net_retention", at, words, currency, n=minor,
                       hits=minor if move in ("EXPANSION", "CONTRACTION", "CHURN") else 0)
            self.count("billing.gross_retention", at, words, currency, n=minor,
                       hits=minor if move in ("CONTRACTION", "CHURN") else 0)

    def seats(self, facts):
        for line in facts:
            moved = line["data"].get("seatMoved") if line["topic"] == "ops.billing.v1" else None
            if moved is not None:
                at, words = instant(line["data"]["occurredAt"]), {"account": line["data"].get("accountId", "")}
                self.count("billing.seats", at, words, total=1 if moved.get("assigned") else -1)
                self.count("value.seat_use", at, words, hits=1 if moved.get("assigned") else -1)

    def access(self, facts):
        for told in by_subject(facts, "ops.billing.v1", lambda data, name, fact: (
                data.get("customerId", ""), fact["subscriptionId"], fact["itemId"]) if name == "accessChanged" else None).values():
            account, seats = first_said(account for _, account, _, _ in told), 0
            words = {"account": account, "product": told[-1][3].get("productId", "")}
            for at, _, _, fact in told:
                now = 0 if fact["move"] == "ACCESS_MOVE_WITHDRAWN" else int(fact.get("quantity", 0))
                if now != seats:
                    self.count("value.seats_paid", at, words, total=now - seats)
                    self.count("value.seat_use", at, words, n=now - seats)
                seats = now
            newest = told[-1][3]
            if newest["move"] != "ACCESS_MOVE_WITHDRAWN":
                self.count("value.renewals", instant(newest.get("until")), dict(words, status=newest.get("reason", "")), n=1)

    def usage(self, facts):
        taken, back, gone = {}, collections.Counter(), set()
        for line in facts:
            if line["topic"] != "ops.billing.v1":
                continue
            name, fact = fact_of(line["data"])
            if not name.startswith("usage"):
                continue
            customer, source = line["data"].get("customerId", ""), fact.get("source", "")
            about = (customer, source, fact.get("refers") or fact.get("eventId", ""))
            if name == "usageTaken" or (name == "usageLate" and not fact.get("refers")):
                taken[about] = (instant(line["data"]["occurredAt"]), int(fact.get("quantity", 0)), fact.get("meter", ""),
                                line["data"].get("accountId", ""))
            elif name in ("usageCorrected", "usageLate"):
                back[about] += int(fact.get("quantity", 0))
            elif name == "usageCancelled":
                gone.add(about)
        for about, (at, quantity, meter, account) in taken.items():
            if about not in gone:
                self.count("billing.meter_reports", at, {"product": meter}, n=1)
                self.count("billing.usage", at, {"product": meter, "account": account}, n=1, total=quantity + back[about])
                self.count("value.account_usage", at, {"account_meter": f"{account}/{meter}" if account else ""}, n=1,
                           total=quantity + back[about])

    # Disputes.

    def cases(self, facts):
        for told in by_subject(facts, "ops.disputes.v1", lambda data, _, __: data.get("caseId")).values():
            opened = next((one for one in told if one[2] == "opened"), None)
            moves = [(at, fact.get("stage", ""), fact.get("state", "")) for at, _, name, fact in told if name == "opened" or "fromState" in fact]
            if opened is None or moves[-1][2] == "CASE_STATE_PLACED":
                continue
            if moves[-1][1] == "CASE_STAGE_WARNING":
                self.warning(told, opened, moves[-1][2])
            else:
                self.dispute(told, opened, moves)

    def warning(self, told, opened, state):
        how = last_said(fact.get("how") for _, _, name, fact in told if name == "warningResolved")
        still = state in ("", "CASE_STATE_NEEDS_RESPONSE", "CASE_STATE_UNDER_REVIEW")
        words = {"network": opened[3].get("network", ""), "status": how or ("open" if still else "over"),
                 "account": first_said(account for _, account, _, _ in told)}
        minor, currency = money_of(opened[3].get("amount"))
        triaged = next((fact["amount"] for _, _, name, fact in told if name == "warningTriaged" and "amount" in fact), None)
        if not currency:
            minor, currency = money_of(triaged)
        at = instant(opened[3].get("createdAt")) or opened[0]
        self.count("billing.warnings", at, words, n=1)
        if words["status"] in ("refunded", "disputed", "expired"):
            self.count("value.saved_disputes", at, words, n=1, hits=int(how == "refunded"))
        else:
            self.count("value.saved_disputes", at, words, aside="not_known_yet")
        if how == "refunded":
            self.count("value.saved_disputes_amount", at, words, currency, n=1, total=minor)

    def dispute(self, told, opened, moves):
        over = {"CASE_STATE_" + one for one in ("WON", "LOST", "LATE_WON", "PARTIALLY_RECOVERED", "CLOSED_UNANSWERED")}
        _, stage, state = moves[-1]
        words = {"network": opened[3].get("network", ""), "reason": opened[3].get("reason", ""),
                 "account": first_said(account for _, account, _, _ in told)}
        at = instant(opened[3].get("createdAt")) or opened[0]
        minor, currency = money_of(opened[3].get("amount"))
        if state == "CASE_STATE_PREVENTED":
            self.count("billing.disputes", at, words, aside="prevented")
            return
        if stage == "CASE_STAGE_INQUIRY":
            self.count("billing.disputes", at, words, aside="inquiries")
            return
        names = {name for _, _, name, _ in told}
        self.count("billing.disputes", at, words, n=1)
        self.count("billing.disputes_amount", at, words, currency, n=1, total=minor)
        self.count("billing.disputes_answered", at, words, n=1, hits=int("submissionObserved" in names))
        if "deadlineMissed" in names:
            self.count("billing.disputes_answered", at, words, aside="deadline_missed")
        if state not in over:
            return
        decided = None
        for when, where, how in moves:
            if how in ("", "CASE_STATE_NEEDS_RESPONSE", "CASE_STATE_UNDER_REVIEW"):
                decided = None
            elif how in over and where != "CASE_STAGE_INQUIRY" and decided is None:
                decided = when
        won = state in ("CASE_STATE_WON", "CASE_STATE_LATE_WON")
        self.count("billing.dispute_wins", decided, words, n=1, hits=int(won))
        self.count("billing.dispute_wins_value", decided, words, currency, n=minor, hits=minor if won else 0)

    def programmes(self, facts):
        for line in facts:
            stood = line["data"].get("ratioProjected") if line["topic"] == "ops.disputes.v1" else None
            if stood is not None:
                ratio = int(stood.get("ratioPpm", 0))
                self.count("billing.monitoring_ratio", instant(stood["asOf"]),
                           {"network": stood.get("network", ""), "programme": stood.get("programme", "")}, n=1, total=ratio, span=ratio)

    # Accounts.

    def accounts(self, facts):
        for told in by_subject(facts, "ops.accounts.v1",
                               lambda data, name, _: data["accountId"] if name == "declared" else None).values():
            was, newest = None, 0
            for at, _, _, fact in told:
                tier = fact.get("tier", "").removeprefix("TIER_").lower() or fact.get("tierVerbatim", "")
                words = {"tier": tier, "region": fact.get("region", "")}
                if int(fact.get("version", 0)) <= newest or words == was:
                    continue
                newest = int(fact["version"])
                if was is not None:
                    self.count("value.customers", at, was, total=-1)
                self.count("value.customers", at, words, total=1)
                was = words

    # Figures.

    def figures(self, metric, start, end, dimension="", value="", currency=""):
        """Of a window from start to before end: value, and n, hits, sum, asides and spans where they say something."""
        document = self.document(metric)
        all_of = self.counted.get((metric, dimension, value, currency), [])
        times = [one["at"] for one in all_of]
        first, last = bisect.bisect_left(times, start), bisect.bisect_left(times, end)
        within = all_of[first:last]
        formula = document["formula"]
        if formula == "level":
            return {"value": sum(one.get("total", 0) for one in all_of[:last])}
        found = {"n": sum(one.get("n", 0) for one in within), "hits": sum(one.get("hits", 0) for one in within),
                 "sum": sum(one.get("total", 0) for one in within),
                 "asides": dict(collections.Counter(one["aside"] for one in within if "aside" in one))}
        if formula == "count":
            found["value"] = found["n"]
        elif formula == "sum":
            found["value"] = found["sum"]
            if metric == "billing.unexplained_by_age":
                del found["n"]
        elif formula == "share":
            found["value"] = rounded(divided(found["hits"] * PPM, found["n"]))
        elif formula == "quotient":
            reach = {"closing": all_of[:last], "opening": all_of[:first], "none": within}
            found["hits"] = sum(one.get("hits", 0) for one in reach[document["numerator"].get("level", "none")])
            found["n"] = sum(one.get("n", 0) for one in reach[document["denominator"].get("level", "none")])
            value_of = rounded(divided(found["hits"] * document.get("per", 1) * 1000, found["n"]))
            found["value"] = None if value_of is None else value_of + document.get("plus", 0)
        elif formula == "distribution":
            found["spans"] = sorted(one["span"] for one in within if "span" in one)
        return found

    def windows(self):
        """All keys in whose window something counts, with start and end."""
        for (metric, dimension, value, currency), contributions in sorted(self.counted.items()):
            document = self.document(metric)
            if document is None:
                continue
            zone = zoneinfo.ZoneInfo(document["zone"])
            for kind in document["windows"]:
                if dimension and KINDS.index(kind) < KINDS.index(document.get("dimensions_from", "day")):
                    continue
                seen = set()
                for one in contributions:
                    start, end, label = window(kind, one["at"], zone)
                    if label not in seen:
                        seen.add(label)
                        yield (metric, kind, label, dimension, value, currency), start, end


def money(facts, metrics=METRICS):
    truth = Truth(facts, metrics)
    return {key: truth.figures(key[0], start, end, *key[3:]) for key, start, end in truth.windows()}


# Comparing.


def finals(lines):
    """The last that was said of each window that is sealed: {(metric, kind, label, dimension, value, currency): (start, end, figures)}."""
    found = {}
    for line in lines:
        data = line["data"]
        said = data.get("windowSealed") or data.get("restated") if line["topic"] == "ops.kpi.v1" else None
        if said is None or data.get("version", "1") != "1":
            continue
        at = data["window"]
        key = (data["metric"], at["kind"], at["label"], data.get("dimension", ""), data.get("value", ""), data.get("currency", ""))
        found[key] = (instant(at["start"]), instant(at["end"]), said.get("figures", {}))
    return found


def quantile_fits(spans, ppm, value):
    """Nearest rank, within the sketch's error."""
    exact = spans[max(0, -(-ppm * len(spans) // PPM) - 1)]
    return abs(value - exact) <= exact // SKETCH_ERROR + 1


def interval_fits(figures, said):
    """Wilson's score interval at 95 %, to 2 ppm."""
    n, hits, z = figures["n"], figures["hits"], 1.96
    if n == 0:
        return "interval" not in said
    share, room = hits / n, z * z / n
    middle, half = (share + room / 2) / (1 + room), z * math.sqrt(share * (1 - share) / n + room / (4 * n)) / (1 + room)
    low, high = (int(said.get("interval", {}).get(name, 0)) for name in ("lowPpm", "highPpm"))
    return abs(low - (middle - half) * PPM) <= 2 and abs(high - (middle + half) * PPM) <= 2


def differences(document, truth, said):
    """What differs, in words."""
    for name in ("n", "hits", "sum"):
        if name in truth and int(said.get(name, 0)) != truth[name]:
            yield f"{name} is {said.get(name, 0)}, should be {truth[name]}"
    told = {one["what"]: int(one.get("count", 0)) for one in said.get("asides", [])}
    for name in set(told) | set(truth.get("asides", {})):
        if told.get(name, 0) != truth.get("asides", {}).get(name, 0):
            yield f"aside {name} is {told.get(name, 0)}, should be {truth.get('asides', {}).get(name, 0)}"
    value = int(said["value"]) if "value" in said else None
    if "spans" in truth:
        for one in said.get("quantiles", []):
            if not quantile_fits(truth["spans"], int(one["ppm"]), int(one.get("value", 0))):
                yield f"quantile {one['ppm']} is {one.get('value', 0)}"
        if (value is None) != (not truth["spans"]):
            yield f"value is {value}, of {len(truth['spans'])} spans"
    elif value != truth["value"]:
        yield f"value is {value}, should be {truth['value']}"
    if document["formula"] == "share" and "weight" not in document and not interval_fits(truth, said):
        yield f"interval is {said.get('interval')}"


def compare(truth, said):
    """{metric: (rows that agree, differences as texts)} of the metrics that are computed here."""
    results = {metric: [0, []] for metric, _, _, _ in truth.counted}
    sealed = {}
    for key, (start, end, figures) in said.items():
        if key[0] not in results or key[4] == "(other)":
            continue
        wrong = list(differences(truth.document(key[0]), truth.figures(key[0], start, end, *key[3:]), figures))
        results[key[0]][0] += not wrong
        results[key[0]][1] += [f"{key[1:]}: {one}" for one in wrong]
        sealed[key[0], key[1], key[3]] = max(end, sealed.get((key[0], key[1], key[3]), end))
    wholes = {kind: [end for (_, other, dimension), end in sealed.items() if other == kind and not dimension] for _, kind, _ in sealed}
    for key, start, end in truth.windows():
        never = min(wholes.get(key[1], [start]))  # of a series of which nothing was said at all: until when all others are sealed
        if key not in said and end <= sealed.get((key[0], key[1], key[3]), never):
            figures = truth.figures(key[0], start, end, *key[3:])
            if any(figures.get(name) for name in ("n", "hits", "sum", "value")):
                results[key[0]][1].append(f"{key[1:]}: nothing was said of it, should be {figures}")
    return results


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    truth = Truth(lines_of(sys.argv[1]), *sys.argv[3:])
    failed = False
    for metric, (good, wrong) in sorted(compare(truth, finals(lines_of(sys.argv[2]))).items()):
        failed |= bool(wrong)
        print(f"{'FAIL' if wrong else 'ok'} kpi_truth: {metric} ({good} rows)" + "".join(f"\n#   {one}" for one in wrong[:10]))
    sys.exit(failed)


if __name__ == "__main__":
    main()
