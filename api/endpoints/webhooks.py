"""Webhooks: POST and GET /api/v1/webhooks, GET and DELETE below it, their deliveries, tests and replays."""

from __future__ import annotations

import orjson
from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from api.edge.exchange import JSON, current
from api.edge.roles import needs
from api.questions.fields import Parameters
from api.questions.webhook import WebhookRequest
from api.shapes.reading import Json
from api.shapes.webhooks import (
    DeliveriesAnswer,
    DeliveryList,
    DeliveryRow,
    NewWebhook,
    WebhookList,
    WebhookRow,
    WebhooksAnswer,
    url_of,
)
from carbon.errors import FieldError, InvalidRequest
from carbon.roles import Role
from carbon.webhooks import DeliveryState

bp = APIBlueprint("webhooks", __name__, tag="Webhooks")

KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 255


class DeliveriesParameters(Parameters):
    """Which deliveries."""

    status: DeliveryState | None = Field(None, description="Only those of this status, such as dead. Default: all.")
    limit: int = Field(100, ge=1, le=1000, description="Most of them to list.")


@bp.post("/api/v1/webhooks")
@needs(Role.WRITE)
@bp.input(WebhookRequest, arg_name="body")
@bp.output(NewWebhook, status_code=201)
@bp.doc(operation_id="createWebhook", responses=[403, 409])
def create_webhook(body: WebhookRequest) -> Response:
    """Have events of a zone sent to a URL, signed and repeated for a day until they are received.

    The answer has the secret that signs them; it is not shown again. With the header Idempotency-Key a request can be
    repeated for a day without making a second webhook.
    """
    exchange = current()
    key = request.headers.get(KEY_HEADER)
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        detail = f"the header {KEY_HEADER} must have 1 to {LONGEST_KEY} characters"
        raise InvalidRequest([FieldError(location=(KEY_HEADER,), code="string_too_long", detail=detail)])
    webhook = exchange.service.webhooks.create(exchange.tenant, body.subscription(exchange.facts), key)
    return _answer(NewWebhook.of(webhook), 201, url_of(webhook))


@bp.get("/api/v1/webhooks")
@bp.output(WebhooksAnswer)
@bp.doc(operation_id="listWebhooks")
def list_webhooks() -> Response:
    """List the webhooks of the caller's tenant."""
    exchange = current()
    rows = [WebhookRow.of(webhook) for webhook in exchange.service.webhooks.webhooks(exchange.tenant)]
    return _answer(WebhooksAnswer.of(WebhookList(rows)))


@bp.get("/api/v1/webhooks/<webhook_id>")
@bp.output(WebhookRow)
@bp.doc(operation_id="getWebhook", responses=[404])
def get_webhook(webhook_id: str) -> Response:
    """One webhook."""
    exchange = current()
    return _answer(WebhookRow.of(exchange.service.webhooks.webhook(exchange.tenant, webhook_id)))


@bp.delete("/api/v1/webhooks/<webhook_id>")
@needs(Role.WRITE)
@bp.output({}, status_code=204)
@bp.doc(operation_id="deleteWebhook", responses=[403, 404])
def delete_webhook(webhook_id: str) -> Response:
    """Remove a webhook with its deliveries; those that wait are not sent any more."""
    exchange = current()
    exchange.service.webhooks.remove(exchange.tenant, webhook_id)
    response = Response(status=204)
    del response.headers["Content-Type"]  # there is no body
    return response


@bp.get("/api/v1/webhooks/<webhook_id>/deliveries")
@bp.input(DeliveriesParameters, location="query", arg_name="query")
@bp.output(DeliveriesAnswer)
@bp.doc(operation_id="listDeliveries", responses=[404])
def list_deliveries(webhook_id: str, query: DeliveriesParameters) -> Response:
    """List what was sent to a webhook, what waits, and what was given up (status=dead)."""
    exchange = current()
    stored = exchange.service.webhooks.deliveries(exchange.tenant, webhook_id)
    chosen = [one for one in stored if query.status in (None, one.state)]
    rows = [DeliveryRow.of(one) for one in chosen[: query.limit]]
    return _answer(DeliveriesAnswer.of(DeliveryList(len(chosen), rows)))


@bp.post("/api/v1/webhooks/<webhook_id>/test")
@needs(Role.WRITE)
@bp.output(DeliveryRow, status_code=202)
@bp.doc(operation_id="testWebhook", responses=[403, 404])
def test_webhook(webhook_id: str) -> Response:
    """Have an event of type test sent; its delivery says what came of it. Takes no body."""
    exchange = current()
    delivery = exchange.service.webhooks.test(exchange.tenant, webhook_id)
    return _accepted(DeliveryRow.of(delivery), webhook_id)


@bp.post("/api/v1/webhooks/<webhook_id>/deliveries/<delivery_id>/replay")
@needs(Role.WRITE)
@bp.output(DeliveryRow, status_code=202)
@bp.doc(operation_id="replayDelivery", responses=[403, 404, 409])
def replay_delivery(webhook_id: str, delivery_id: str) -> Response:
    """Send a delivery that has ended once more, with the same id and body: a dead letter, say. Takes no body."""
    exchange = current()
    delivery = exchange.service.webhooks.replay(exchange.tenant, webhook_id, delivery_id)
    return _accepted(DeliveryRow.of(delivery), webhook_id)


def _accepted(row: Json, webhook_id: str) -> Response:
    return _answer(row, 202, f"/api/v1/webhooks/{webhook_id}/deliveries")


def _answer(body: Json, status: int = 200, location: str | None = None) -> Response:
    response = Response(orjson.dumps(body), status=status, content_type=JSON)
    if location is not None:
        response.headers["Location"] = location
    return response
