#!/usr/bin/env python3
"""described - what the daemons say of themselves (`--describe`): a test that asks here forgets no stage, table or topic.

    described.py      the stages, in the order in which data flows, a line each

Needs OPSMESH_BIN.
"""
import json
import os
import subprocess

DAEMONS = ("ingest", "classifier", "sla-watcher", "billing-sync", "chargeback", "kpi-aggregator")


def daemons():
    return [json.loads(subprocess.run([os.path.join(os.environ["OPSMESH_BIN"], name), "--describe"], check=True,
                                      capture_output=True).stdout) for name in DAEMONS]


def stages():
    return [stage for daemon in daemons() for stage in daemon["stages"]]


def topics():
    """That stages write; the journal is written by what is no stage."""
    return sorted({topic for stage in stages() for topic in stage["emits"]})


def readers(topic):
    """The stages that read it."""
    return [stage["name"] for stage in stages() if topic in stage["reads"]]


def tables():
    """(schema, table) of all that is state, timers with it."""
    return [(daemon["schema"], table) for daemon in daemons()
            for table in [*dict.fromkeys(table["name"] for stage in daemon["stages"] for table in stage["tables"]), "timer"]]


if __name__ == "__main__":
    print(*(stage["name"] for stage in stages()), sep="\n")
