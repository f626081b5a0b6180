#!/usr/bin/python3
"""cost - what a month costs, from what the row `mesh` has measured and prices that are assumed.

    cost.py [MEASURED] [PRICES]      by default measured.json and prices.json beside this file

Sums are integers: of money millionths of a dollar, of time microseconds. What does not come out even is rounded up. It is
a straight line through one measured point: nothing here knows that a larger table costs more to look into.
"""

import json
import os
import sys

MICRO = 1000000
GIB = 1 << 30
MIB = 1 << 20
DAY_S = 24 * 3600
POSTGRESQL, BROKER = "postgresql", "broker"
SERVERS = (POSTGRESQL, BROKER)


class Wrong(ValueError):
    """Figures or prices of which no sum can be made."""


def whole(place, name, least=0):
    """An integer of a document."""
    value = place.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Wrong(f"{name}: is {value!r}, and must be an integer from {least}")
    return value


def up(dividend, divisor):
    return -(-dividend // divisor)


def price(prices, name):
    return whole(prices["prices"][name], "micro_dollars")


def size(prices, name):
    return whole(prices["sizes"][name], "value", 1)


def programs(spent):
    """CPU by program: the backends of all daemons and the rest of the server are PostgreSQL."""
    sums = {}
    for name in spent:
        program = POSTGRESQL if name.startswith("postgres: ") else name
        sums[program] = sums.get(program, 0) + whole(spent, name)
    return sums


def own(figures, what):
    """CPU of so many tickets or events without what would have been spent anyway: by program."""
    phase, idle, day = figures[what], programs(figures["idle_us_per_s"]), programs(figures["day_us"])
    spent = programs(phase["cpu_us"])
    if not spent.keys() == idle.keys() == day.keys():
        raise Wrong(f"{what}: not the same programs were measured busy and idle")
    seconds = up(whole(phase, "wall_us"), MICRO)
    return {name: max(0, us - idle[name] * seconds - day[name]) for name, us in spent.items()}


def month_us(figures, prices):
    """CPU of a month by program: of tickets, of events, of what runs anyway."""
    tickets, events = own(figures, "tickets"), own(figures, "events")
    idle, day = programs(figures["idle_us_per_s"]), programs(figures["day_us"])
    days = size(prices, "days")
    return {name: (up(size(prices, "tickets") * tickets[name], whole(figures["tickets"], "count", 1)),
                   up(size(prices, "events") * events[name], whole(figures["events"], "count", 1)),
                   days * (DAY_S * idle[name] + day[name]))
            for name in tickets}


def peak_milli(prices, comes_us, anyway_us):
    """Thousandths of a processor in the busiest hour, as busy as it may be. What runs anyway has no busy hour."""
    seconds = size(prices, "days") * DAY_S
    us = comes_us * size(prices, "peak_factor") + anyway_us
    return up(us * 100, seconds * 1000 * size(prices, "busy_percent"))


def instances(prices, name, milli):
    if name in SERVERS:
        return size(prices, f"{name}_copies")
    return max(size(prices, "instances_least"), up(milli, size(prices, "instance_milli")))


def reserved_milli(prices, name, milli, count):
    """Of all instances together. Each copy of a server does the whole work, instances of a daemon share it."""
    if name in SERVERS:
        return count * max(milli, size(prices, "reserved_milli"))
    return max(milli, count * size(prices, "reserved_milli"))


def memory_bytes(figures, prices, name):
    """Of one instance."""
    if name in SERVERS:
        return size(prices, f"{name}_memory_mib") * MIB
    return whole(figures["resident_bytes"], name, 1)


def kept_bytes(figures, prices, kind):
    """What a month adds to the database or to the topics, times the months that are kept."""
    month = sum(up(size(prices, what) * whole(figures[what], f"{kind}_bytes"), whole(figures[what], "count", 1))
                for what in ("tickets", "events"))
    return month, month * size(prices, "months_kept")


def dollars(micro):
    """To the cent, up."""
    cents = up(micro, 10000)
    return f"{cents // 100:,}.{cents % 100:02d} $"


def hours_of(us):
    tenths = up(us * 10, 3600 * MICRO)
    return f"{tenths // 10:,}.{tenths % 10}"


def reckon(figures, prices):
    """Each line of the bill: (what, formula, millionths of a dollar)."""
    hours = size(prices, "days") * 24
    lines = []
    for name, (tickets, events, anyway) in month_us(figures, prices).items():
        milli = peak_milli(prices, tickets + events, anyway)
        count = instances(prices, name, milli)
        held = reserved_milli(prices, name, milli, count)
        lines.append((f"{name}: processors",
                      f"{hours_of(tickets)} h for tickets + {hours_of(events)} h for events + {hours_of(anyway)} h anyway;"
                      f" at the peak {milli} thousandths of a processor; {count} instances reserve {held}"
                      f" x {hours} h x {dollars(price(prices, 'vcpu_hour'))} / 1000",
                      up(held * hours * price(prices, "vcpu_hour"), 1000)))
        memory = memory_bytes(figures, prices, name)
        lines.append((f"{name}: memory", f"{count} x {up(memory, MIB)} MiB x {hours} h x a GiB's hour",
                      up(count * memory * hours * price(prices, "memory_gib_hour"), GIB)))
    for kind, name in (("database", POSTGRESQL), ("topic", BROKER)):
        month, kept = kept_bytes(figures, prices, kind)
        copies = size(prices, f"{name}_copies")
        lines.append((f"{name}: disk", f"{up(month, GIB)} GiB a month x {size(prices, 'months_kept')} months kept x {copies}"
                      f" copies x {dollars(price(prices, 'disk_gib_month'))}",
                      up(kept * copies * price(prices, "disk_gib_month"), GIB)))
    return lines


def told(figures, prices):
    lines = reckon(figures, prices)
    yield (f"printed a month of {size(prices, 'tickets'):,} tickets and {size(prices, 'events'):,} billing events, at prices"
           f" assumed as of {prices['as_of']}, by what was measured on {figures['measured_on']}:"
           f" {dollars(sum(micro for _, _, micro in lines))}")
    for what, formula, micro in lines:
        yield f"       {dollars(micro):>14}  {what}: {formula}"
    for kind in ("prices", "sizes"):
        for name, row in prices[kind].items():
            yield f"         {name} {row.get('value', row.get('micro_dollars'))}: {row['source']}"


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def beside(name):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)


def prices_beside():
    return read(beside("prices.json"))


def main():
    paths = sys.argv[1:] + [beside("measured.json"), beside("prices.json")][len(sys.argv) - 1:]
    try:
        for line in told(read(paths[0]), read(paths[1])):
            print(line)
    except (Wrong, KeyError) as error:
        sys.exit(f"cost: {error}")


if __name__ == "__main__":
    main()
