"""triage_story - what the story tells of the classifier: what each ticket was about, patterns, and who has to look."""
import tables
from layout import natural, table, when

WHOLE = ("JPY", "KRW") # currencies without a minor unit
LANGUAGES = {"en": "English", "ja": "Japanese", "ko": "Korean", "zh-Hans": "Chinese", "zh-Hant": "Chinese", "other": "another language", "und": "-"}


def words(value):
    return value.replace("_", " ") if value else "-"


def percent(fact):
    return f"{int(fact.get('confidencePpm', 0)) / 10_000:.0f} %"


def line(kind, fact, right=None):
    """One line of a ticket's story. right: what a person says of it, where the classifier errs."""
    where = f"priority {tables.word(fact.get('priority'), 'PRIORITY_')}, queue {fact.get('queue')}"
    if kind == "classified":
        about = words(fact.get("intent") or tables.word(fact["category"], "CATEGORY_"))
        alone = fact.get("messageIntent")
        aside = f" (these words alone: {words(alone)})" if alone not in (None, fact.get("intent")) else ""
        wrong = f", and wrong: a person says {words(right[1])}" if right and right[0] == fact.get("intent") else ""
        return f"classifier: it is about {about}{aside}, {percent(fact)} sure{wrong}; {where}"
    if kind == "needs_human":
        return f"classifier: a person must look: {fact['reason']}"
    if kind == "corrected":
        return f"a person says: not {words(fact.get('fromIntent'))}, but {words(fact['toIntent'])}; {where}"
    return None


def amount(entity):
    if "amount" not in entity:
        return "an amount" # of a currency that the words leave open
    minor, currency = int(entity["amount"]["minor"]), entity["amount"]["currency"]
    return f"{minor:,} {currency}" if currency in WHOLE else f"{minor / 100:,.2f} {currency}"


def seen(entity):
    """An entity as one word and its value; what is personal has none."""
    kind = words(tables.word(entity["kind"], "ENTITY_KIND_"))
    return amount(entity) if kind == "amount" else f"{kind} {entity.get('value', '').lstrip('-')}".rstrip()


def gather(day):
    """Of each ticket: the fact that says what it is about, the last fact, all that was heard and seen."""
    found = {}
    for kind, fact, event in day.facts("ops.triage.v1"):
        if kind not in ("classified", "needs_human", "corrected"):
            continue
        ticket = found.setdefault(day.name(event["key"]), {"heard": {}, "seen": {}})
        if kind == "corrected" or fact.get("messageIntent") == fact.get("intent"):
            ticket["about"] = kind, fact
        ticket["last"] = fact
        reading = fact.get("reading", {})
        ticket["language"] = reading.get("language", ticket.get("language"))
        heard = {words(tables.word(signal["kind"], "SIGNAL_KIND_")): 1 for signal in reading.get("signals", [])}
        ticket["heard"] |= heard
        ticket["seen"] |= {seen(entity): 1 for entity in reading.get("entities", [])}
    return found


def row(name, ticket):
    kind, fact = ticket["about"]
    sure = {"classified": percent(fact), "corrected": "a person", "needs_human": "-"}[kind]
    return [name, LANGUAGES.get(ticket["language"], ticket["language"]), words(fact.get("intent") or fact.get("toIntent")),
            sure, tables.word(ticket["last"]["priority"], "PRIORITY_"), ticket["last"]["queue"],
            ", ".join(ticket["heard"]) or "-", ", ".join(ticket["seen"]) or "-"]


def should_be():
    """What a person says where the classifier errs, from the table that was written by hand."""
    return {cells[0]: (cells[3], cells[7]) for cells in tables.expected("triage") if cells[7] != "-"}


def tell_people(day):
    rows = []
    for kind, fact, event in day.facts("ops.triage.v1"):
        name = day.name(event["key"])
        if kind == "needs_human":
            rows.append([name, "a person must look", fact["reason"]])
        elif kind == "corrected":
            rows.append([name, "a person has looked", f"{fact['by']['principal']} corrects {words(fact['fromIntent'])} to "
                         f"{words(fact['toIntent'])}; classifier --export has it for the next training"])
    for name, (taken, right) in should_be().items():
        rows.append([name, "it errs", f"taken for {words(taken)}; a person says {words(right)}, and nobody corrected it"])
    table("WHERE PEOPLE ARE NEEDED", ["ticket", "what", "why"], sorted(rows, key=natural))


def pattern_row(day, kind, fact, event):
    if kind == "pattern_quieted":
        return [when(event["time"]), "is quiet", words(fact["intent"]),
                f"nobody since {when(fact['lastReport'])}; {fact['customersEver']} customers in all"]
    evidence = fact["evidence"]
    by = {"error_code": f"name {evidence.get('token')}", "burst": "write about it", "near_duplicate": "use the same words"}
    languages = " and ".join(LANGUAGES.get(language, language) for language in evidence["languages"])
    return [when(event["time"]), kind.removeprefix("pattern_"), words(fact["intent"]),
            f"{evidence['customers']} customers within {evidence['windowS'] // 3600} h "
            f"{by[tables.word(evidence['rule'], 'PATTERN_RULE_')]}, in {languages} "
            f"({evidence['threshold']} make a pattern): {tables.tickets_of(day, fact)}"]


def tell_patterns(day):
    rows = [pattern_row(day, *found) for found in day.facts("ops.triage.v1") if found[0].startswith("pattern_")]
    table("WHAT SEVERAL CUSTOMERS REPORT", ["time", "pattern", "about", "evidence"], rows)


def alike(rows):
    """Of rows that say the same of a ticket the first stands for all."""
    kinds = {}
    for cells in rows:
        kinds.setdefault((cells[2], *cells[4:6]), []).append(cells)
    for first, *others in kinds.values():
        names = [name if language == first[1] else f"{name} ({language})" for name, language, *_ in others]
        told = [first[7]] if first[7] != "-" or not names else []
        yield [*first[:7], "; ".join([*told, f"likewise {', '.join(names)}"] if names else told)]


def tell(day, whole=True):
    found = gather(day)
    rows = sorted((row(name, ticket) for name, ticket in found.items()), key=natural)
    rows = rows if whole else sorted(alike(rows), key=natural)
    table("WHAT THE MESSAGES WERE ABOUT, as the classifier reads them (heard: their tone; sees: what has a form of its own)",
          ["ticket", "language", "about", "sure", "priority", "queue", "heard", "sees"], rows)
    tell_people(day)
    tell_patterns(day)
