"""kpi_story - what the story tells of figures: one a metric, each currency of it by itself."""
import json
import os

import billing_story as billing
import tables
from layout import table

METRICS = os.path.join(tables.HERE, "..", "policies", "metrics")


def shown(unit, currency, value):
    if value == "-":
        return "none"
    if unit == "ppm":
        return f"{int(value) / 10000:.2f} %"
    if unit == "milli":
        return f"{int(value) / 1000:.3f}"
    return f"{billing.digits(value, currency)} {currency}" if unit == "minor" else value


def tell(day, only=None):
    """Of the metrics of expected/kpis, or only of those."""
    rows = {}
    for metric, currency, hits, n, value in sorted(tables.kpis(day)):
        with open(f"{METRICS}/{metric}-1.json", encoding="utf-8") as file:
            document = json.load(file)
        row = rows.setdefault(metric, (document["title"], [], []))
        row[1].append(shown(document["unit"], currency, value))
        row[2].append(f"{hits} of {n}" if hits != "-" else f"of {n}")
    table(f"THE FIGURES OF {tables.KPI_DAY}, each by a document of deploy/policies/metrics (opsmesh kpi METRIC prints it under the number)",
          ["metric", "what it is", "figure", "counted"],
          [[metric, title, "; ".join(figures), "; ".join(counted)] for metric, (title, figures, counted) in rows.items()
           if only is None or metric in only])
