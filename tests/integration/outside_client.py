"""outside_client - one connection to ingest, as a customer's program would hold it: stdlib, and nothing of ours.

Needs INGEST_URL (and INGEST_<n>_URL), API_KEYS and STRIPE_WEBHOOK_SECRETS, as RUN_DIR/env has them.
"""
import hashlib
import hmac
import http.client
import json
import os
import random
import time
import urllib.parse

TIMEOUT_S = 5  # for one answer
PAUSE_S = 0.05  # between two tries


class Client:
    """Asks whichever instance answers. Not for several threads."""

    def __init__(self, chance=random):
        self.chance = chance
        self.urls = [value for name, value in sorted(os.environ.items())
                     if name == "INGEST_URL" or name.startswith("INGEST_") and name.endswith("_URL")]
        self.authorization = "Bearer " + os.environ["API_KEYS"].split(":")[1]
        self.secret = os.environ["STRIPE_WEBHOOK_SECRETS"].split(",")[0].encode()
        self.connection = None

    def headers(self, path, headers, body):
        """What proves the request: a signature, made anew for each attempt, or our key."""
        if path == "/v1/webhooks/stripe":
            now = str(int(time.time()))
            digest = hmac.new(self.secret, now.encode() + b"." + body, hashlib.sha256).hexdigest()
            return dict(headers, **{"Stripe-Signature": f"t={now},v1={digest}"})
        return dict(headers, Authorization=self.authorization)

    def ask(self, path, headers, body):
        """Status and answer; status 0: there was none."""
        try:
            if self.connection is None:
                place = urllib.parse.urlparse(self.chance.choice(self.urls)).netloc
                self.connection = http.client.HTTPConnection(place, timeout=TIMEOUT_S)
            self.connection.request("POST", path, body, self.headers(path, headers, body))
            response = self.connection.getresponse()
            answer = response.read()
            if response.status != 202:
                self.close()
            return response.status, answer
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""

    def insist(self, path, headers, body, patience_s):
        """The same request until it is accepted or refused: status and answer, which is a dict; 0: never."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            status, answer = self.ask(path, headers, body)
            if status not in (0, 429) and status < 500:
                return status, json.loads(answer or b"{}")
            time.sleep(PAUSE_S)
        return 0, {}

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None
