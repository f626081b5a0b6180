#!/usr/bin/python3
"""kpi_truth - figures of support computed a second time from the facts, held against what kpi-aggregator says.

    kpi_truth.py FACTS KPI [--open]

FACTS and KPI are lines of `opsmesh tail`: of tickets, triage, clocks and accounts, and of ops.kpi.v1. Each figure is computed anew from the facts
alone (kpi_truth_support.py; figures of money in kpi_truth_money.py), for every window and every value of its dimensions, and
must equal what was said last of that window, to the unit: sums, asides, value; quantiles within the error of the sketch.
Of the documents only names, zones, windows and dimensions are taken, never what a figure means.

Windows that are sealed are held; with --open those as well that are not sealed yet. What no final row says must be nothing: a
window that began before the last one sealed of its kind, and has something in it, is missing. A series with values beyond its
bound is held by its whole alone. Prints `ok kpi_truth: ...` or `FAIL kpi_truth: ...` for each figure.
"""
import json
import math
import os
import sys

import kpi_truth_support
from kpi_truth_calendar import documents
from kpi_truth_facts import instant, number, read
from kpi_truth_figure import FIGURES, FORMULAS, MILLION, carried, cells, close, quantile

FINAL = ("windowSealed", "restated")
ERROR = 128  # of a quantile: one part of so many
SHOWN = 5
Z = 1959964  # of 95 %, in millionths


class Said:
    """The last figures of one window of one series."""

    def __init__(self, data, name):
        window = data["window"]
        self.figures = data[name].get("figures", {})
        self.final = name in FINAL
        self.place = (data.get("dimension", ""), data.get("value", ""), data.get("currency", ""), window["kind"],
                      instant(window["start"]))
        self.end = instant(window["end"])
        self.kind = window["kind"]
        self.zone = window["zone"]

    def of(self, name):
        return number(self.figures.get(name))


def said_by_metric(path):
    """By "metric@version", the last word on each place; a window that was sealed once stays final."""
    lines, found = [], {}
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(text) for text in file]
    for line in sorted(lines, key=lambda one: (one["source"], one["sequence"])):
        data = line["data"]
        name = next((name for name in ("windowUpdated", *FINAL) if name in data), None)
        if name is None:
            continue
        said = Said(data, name)
        places = found.setdefault(f"{data['metric']}@{number(data['version'])}", {})
        said.final |= said.place in places and places[said.place].final
        places[said.place] = said
    return found


# Holding one against the other.


def wrong_quantile(said, values):
    for one in said.figures.get("quantiles", []):
        true, told = quantile(values, number(one["ppm"])), number(one.get("value"))
        if true is None or abs(told - max(true, 0)) * ERROR > max(true, 0) + ERROR:
            return f"quantile {one['ppm']} is {told}, not {true}"
    return None


def wilson(hits, n):
    """Both ends, in millionths."""
    share, square = hits * MILLION // n, Z * Z // MILLION
    middle = (share * n + square // 2) * MILLION // (n * MILLION + square)
    root = math.isqrt(share * (MILLION - share) * n + square * MILLION // 4)
    reach = Z * root // (n * MILLION + square)
    return max(0, middle - reach), min(MILLION, middle + reach)


def wrong_interval(said, sums):
    told = said.figures.get("interval")
    if told is None or sums.n <= 0:
        return None
    low, high = wilson(sums.hits, sums.n)
    ends = number(told.get("lowPpm")), number(told.get("highPpm"))
    near = abs(ends[0] - low) <= 200 and abs(ends[1] - high) <= 200
    return None if near else f"interval is {ends}, not {(low, high)}"


def wrong(figure, said, sums):
    """What differs first; None: nothing."""
    for name in ("n", "hits", "sum"):
        if said.of(name) != getattr(sums, name):
            return f"{name} is {said.of(name)}, not {getattr(sums, name)}"
    asides = {one["what"]: number(one.get("count")) for one in said.figures.get("asides", [])}
    for name in asides | sums.asides:
        if asides.get(name, 0) != sums.asides[name]:
            return f"{name} aside is {asides.get(name, 0)}, not {sums.asides[name]}"
    if figure.formula == "distribution":
        return wrong_quantile(said, sums.values)
    value = FORMULAS[figure.formula](sums, figure.per)
    told = said.figures.get("value")
    if (None if told is None else number(told)) != value:
        return f"value is {told}, not {value}"
    return wrong_interval(said, sums)


def bounded(places):
    """Dimensions that have values beyond their bound."""
    return {said.place[0] for said in places.values() if said.figures.get("other")}


def horizons(places):
    """By kind of window: the end of the last that is sealed."""
    ends = {}
    for said in places.values():
        if said.final:
            ends[said.kind] = max(ends.get(said.kind, 0), said.end)
    return ends


def differences(figure, truth, places, with_open):
    cut, ends = bounded(places), horizons(places)
    for place, said in sorted(places.items()):
        if place[0] in cut or not (said.final or with_open):
            continue
        sums = truth.get(place) or (carried(truth, place) if figure.closing else None)
        if sums is None and any(said.of(name) for name in ("n", "hits", "sum")):
            yield place, "something is told where nothing is"
        elif sums is not None and wrong(figure, said, sums):
            yield place, wrong(figure, said, sums)
    for place in sorted(truth.keys() - places.keys()):
        if place[0] not in cut and place[4] < ends.get(place[3], 0):
            yield place, f"nothing is told where n is {truth[place].n}"


def hold(key, definition, mesh, places, with_open):
    figure = FIGURES[key]
    truth = cells(figure.rows(mesh), definition)
    if figure.closing:
        close(truth)
    found = list(differences(figure, truth, places, with_open))
    held = sum(said.final or with_open for said in places.values())
    print(f"{'FAIL' if found else 'ok'} kpi_truth: {key}: {held} rows of {len(truth)}", flush=True)
    for place, what in found[:SHOWN]:
        print("#", *place, what)
    if len(found) > SHOWN:
        print(f"# and {len(found) - SHOWN} more")
    return not found


def midnights_until(said):
    """The last midnight of which something is told, or that lies behind what is sealed."""
    starts = (one.place[4] for key, places in said.items() if "backlog" in key for one in places.values() if one.kind == "day")
    ends = (one.end for places in said.values() for one in places.values() if one.final and one.kind in ("hour", "day"))
    return max([0, *starts, *ends])


def main():
    with_open = "--open" in sys.argv
    facts_path, said_path = (one for one in sys.argv[1:] if one != "--open")
    said = said_by_metric(said_path)
    mesh = kpi_truth_support.Mesh(read(facts_path), midnights_until(said))
    definitions = {f"{one['id']}@{one['version']}": one for one in documents("metrics") if "formula" in one}
    good = True
    for key, definition in sorted(definitions.items()):
        if key in FIGURES:
            good &= hold(key, definition, mesh, said.get(key, {}), with_open)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main()
