"""memory - what a daemon holds while it works through a long topic."""



SETTINGS = {"FETCH_QUEUE_BYTES": str(16 << 20), "STATE_CACHE_BYTES": str(16 << 20)}
MIB = 1 << 20


class Memory:
    """Resident memory at each look: events folded, bytes."""

    def __init__(self, fold, events):
        self.looks = []
        url = fold.stack.create_database()
        daemon = fold.daemon("state", url, SETTINGS)
        daemon.start()
        daemon.wait_for("opsmesh_events_emitted_total", events, every=0.5,
                        look=lambda: self.look(daemon))
        self.look(daemon)
        daemon.stop()
        fold.stack.drop_database(url)

    def look(self, daemon):
        folded = daemon.metric("opsmesh_events_emitted_total")
        if folded > 0:
            self.looks.append((folded, daemon.resident()))

    def peak(self, begin, end):
        """MiB, the most between two parts of the whole."""
        whole = self.looks[-1][0]
        return max((size for folded, size in self.looks
                    if begin * whole <= folded <= end * whole), default=0) / MIB
