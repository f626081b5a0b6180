"""tool_objects - objects of the payment provider, of which tool.py makes events."""
CHARGE = {"id": "ch_7", "object": "charge", "amount": 12000, "amount_captured": 12000, "amount_refunded": 0,
          "captured": True, "created": 1780000000, "currency": "usd", "customer": "cus_7", "disputed": False,
          "livemode": False, "paid": True, "refunded": False, "status": "succeeded"}

DISPUTE = {"id": "dp_7", "object": "dispute", "amount": 12000, "balance_transactions": [], "charge": "ch_7",
           "created": 1780300000, "currency": "usd", "evidence_details": {"due_by": 1781200000, "has_evidence": False,
                                                                          "past_due": False, "submission_count": 0},
           "is_charge_refundable": False, "livemode": False, "reason": "fraudulent", "status": "needs_response",
           "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
                                      "type": "card"}}

PLAN = {"id": "sub_9", "object": "subscription", "customer": "cus_9", "currency": "usd", "status": "active", "livemode": False,
        "start_date": 1780272000, "items": {"object": "list", "has_more": False, "data": [
            {"id": "si_9", "object": "subscription_item", "quantity": 12, "current_period_start": 1780272000,
             "current_period_end": 1782864000, "price": {"id": "price_9", "object": "price", "currency": "usd", "product": "prod_9",
                                                         "unit_amount": 500, "recurring": {"interval": "month", "interval_count": 1,
                                                                                           "usage_type": "licensed"}}}]}}
