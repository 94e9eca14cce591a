"""Every kind of problem that the service answers with: its status and the text of its page. The only such table."""

from __future__ import annotations

from collections.abc import Mapping

from api.edge.ledger_problem_types import LEDGER
from api.edge.problem_type import ProblemType, unknown_name
from carbon import errors, roles, webhooks

INVALID = ProblemType(
    "invalid-request",
    400,
    "The request is not valid",
    "At least one field of the body or parameter of the query string is wrong, unknown, repeated or missing. "
    "`errors` lists every one of them: `pointer` names a field of the body, `parameter` one of the query string.",
    "Correct every field listed in `errors`. `detail` says what is allowed, `nearest` lists valid values that are "
    "close to the one you sent. The same request fails again, so do not retry it unchanged.",
)
INTERNAL = ProblemType(
    "internal-error",
    500,
    "The service failed",
    "The service has an error, or something it depends on failed. The request itself may be valid.",
    "Try again later. If it fails again, give `request_id` to the operator of the service: the log has the reason "
    "under this id.",
)


BY_ERROR: Mapping[type[errors.CarbonError], ProblemType] = {
    errors.InvalidRequest: INVALID,
    errors.AmbiguousRegion: ProblemType(
        "ambiguous-region",
        400,
        "Several providers have a region with this id",
        "Several clouds have a region with this id, so that the id alone does not say which one you mean. `nearest` "
        "lists them as `provider:region`.",
        "Write the region as `provider:region`, or send `provider` beside it.",
    ),
    errors.UnknownRegion: unknown_name(
        "unknown-region",
        "The region is not known",
        "a region",
        "`GET /api/v1/regions?provider=all` lists all regions that a customer can open.",
    ),
    errors.UnknownZone: unknown_name(
        "unknown-zone",
        "The grid zone is not known",
        "a grid zone",
        "Zones are named as Electricity Maps names them; every row of `GET /api/v1/regions` has its `zone`.",
    ),
    errors.UnknownProvider: unknown_name(
        "unknown-provider",
        "The provider is not known",
        "a cloud provider",
        "Every row of `GET /v1/by-rank` has its `provider`.",
    ),
    errors.UnknownInstanceType: unknown_name(
        "unknown-instance-type",
        "The instance type is not known",
        "an instance type",
        "`GET /api/v1/instances?q=m7g` searches the types by a part of their name.",
    ),
    errors.UnknownCountry: unknown_name(
        "unknown-country",
        "The country is not known",
        "a country",
        "Countries are ISO 3166 alpha-2 codes such as `DE`.",
    ),
    errors.UnknownAirport: unknown_name(
        "unknown-airport",
        "The airport is not known",
        "an airport",
        "Airports are IATA codes such as `ARN`; codes of metropolitan areas such as `LON` are known too.",
    ),
    errors.NothingFound: ProblemType(
        "nothing-found",
        404,
        "Nothing matches the request",
        "The list is empty and was requested as text. An empty text could pass for a value in a script, so it is an "
        "error. As JSON or CSV the same request is answered with an empty list.",
        "Relax the constraints. As JSON, `excluded` names regions without a matching machine or a current value.",
    ),
    errors.UnknownPlan: ProblemType(
        "unknown-plan",
        404,
        "The plan is not known",
        "There is no plan of this id in the background: it expired a day after it was submitted, it was removed, or it "
        "is another tenant's.",
        "Use a key of the tenant that submitted the plan, or send the question again: `POST /api/v1/plan` with "
        "`background: true`.",
    ),
    webhooks.UnknownWebhook: ProblemType(
        "unknown-webhook",
        404,
        "The webhook is not known",
        "There is no webhook, or no delivery, of this id: it was removed, the delivery was forgotten (after a day, a "
        "dead letter after a week), or it belongs to somebody else.",
        "`GET /api/v1/webhooks` lists the webhooks, `GET /api/v1/webhooks/{id}/deliveries` their deliveries.",
    ),
    webhooks.WebhookConflict: ProblemType(
        "webhook-conflict",
        409,
        "The state of the webhook does not allow this",
        "The `Idempotency-Key` was used for another webhook, or the delivery is still tried by itself; `detail` says "
        "which.",
        "Send a new `Idempotency-Key` with another body. Replay a delivery when it is delivered or dead.",
    ),
    **LEDGER,
    errors.KeyRequired: ProblemType(
        "key-required",
        401,
        "An API key is required",
        "This service requires an API key, but the request has none.",
        "Send a key as `Authorization: Bearer KEY` or as `X-API-Key: KEY`. The operator creates keys with "
        "`flask --app app keys create NAME`.",
    ),
    errors.KeyRefused: ProblemType(
        "key-refused",
        401,
        "The API key is not valid",
        "The key of the request is unknown or was revoked.",
        "Check that the whole key was sent, and ask the operator for a new one if it was.",
    ),
    roles.RoleInsufficient: ProblemType(
        "role-insufficient",
        403,
        "The role of this API key does not allow this",
        "Keys have a role: `read` asks everything that stores nothing, `write` also stores and removes what belongs to "
        "its tenant, and `admin` also sets what limits the other keys of the tenant. The request needs the role "
        "`needed_role`, and its key has the role `role`.",
        "Use a key with the role `needed_role`. The operator creates one with "
        "`flask --app app keys create NAME --role ROLE`; the role of a key never changes. A question that would be "
        "stored, such as one with `background: true`, can be asked without that.",
    ),
    errors.FormRefused: ProblemType(
        "form-refused",
        403,
        "The form was not sent from a page of this service",
        "A form of the pages needs the token that the page put into it, and the cookie of the same visit. One of them "
        "is missing, belongs to another visit, or is too old. This keeps other sites from sending forms in your name.",
        "Open the page again and send the form from there; the browser must accept cookies of this site. A program "
        "uses the paths under `/api/v1`, which need no token.",
    ),
    errors.RateLimited: ProblemType(
        "rate-limited",
        429,
        "Too many requests",
        "More requests were sent with this key, or from this address if there are no keys, than are allowed in the "
        "time that `detail` names; or too many plans of this caller are in the background, or too many webhooks are "
        "stored.",
        "Wait for the number of seconds in the `Retry-After` header, then try again. The `RateLimit` header of every "
        "answer says how many requests are left. A key can have its own, higher rate.",
    ),
    errors.Busy: ProblemType(
        "busy",
        503,
        "The service is busy",
        "The service is already handling as many costly requests as it can, so it refused this one. The request itself "
        "may be valid. Or the queue of plans in the background is full.",
        "Wait for the number of seconds in the `Retry-After` header, then send the same request again. Send costly "
        "requests (`optimize` over many regions, `compare` with more than 100 options, large bodies) one by one.",
    ),
    errors.PngUnavailable: ProblemType(
        "png-unavailable",
        501,
        "This service draws no PNG",
        "The library that turns a picture into PNG, or its font, is not installed where the service runs.",
        "Request the same path ending in `.svg`. The operator can install the packages `resvg-py` and `font-lato` of "
        "`requirements.txt`.",
    ),
    errors.StateUnavailable: ProblemType(
        "state-unavailable",
        503,
        "The stored state of the service cannot be read",
        "The store with the API keys or the request counts cannot be used, so the service does not know "
        "whether it may answer; or the request asks for past readings, or is about a plan in the background or "
        "a webhook, and the store that holds them cannot be used; or others keep it locked for some seconds; or the "
        "stored row that `detail` names is damaged: then only removing it helps.",
        "Wait for the number of seconds in the `Retry-After` header, then try again. If the problem persists, the "
        "operator must check `DATA_DIR`, `REDIS_URL` or `DATABASE_URL`; "
        "`GET /ready` and the log have details.",
    ),
    errors.PowerNotModelled: ProblemType(
        "power-not-modelled",
        422,
        "The power of this instance type is not modelled",
        "The instance type is known, but not enough is published about its hardware to calculate its power, or the "
        "emissions of making it where they are asked for. `why` gives the reason; `options` gives it for each option "
        "of a comparison in which nothing is left to compare.",
        "Use a type from `nearest_modelled`. `GET /api/v1/instances?power_modelled=true` lists the types that can be "
        "calculated. For a machine of your own, send `machine` in place of `instance_type`.",
    ),
    errors.NoFeasiblePlacement: ProblemType(
        "no-feasible-placement",
        422,
        "No offer meets every constraint",
        "The request is valid, but no region and machine type meets all of its constraints. `removed` counts the "
        "offers that each constraint removed; `nearest_offers` names, for each bound that alone stands in the way, the "
        "offer nearest to it. If only several bounds together stand in the way, `disregarded` names the others.",
        "Use a bound that the nearest offer meets, or several machines (`count`). Otherwise relax the constraint that "
        "removed the most offers: allow other regions or providers, a smaller machine, or a higher price or carbon "
        "intensity.",
    ),
    errors.HistoryIncomplete: ProblemType(
        "history-incomplete",
        422,
        "Past readings are lacking",
        "The request asks for a time in the past, and no source has stored readings of the zone for all of it or could "
        "give the rest in time. "
        "`missing` lists the first times without one, of the source that has most. Nothing is filled in.",
        "Choose a time that `GET /api/v1/zones/{zone}/history` shows without gaps, or ask again: what a source gives "
        "meanwhile is stored. The operator can import readings "
        "with `flask --app app history import FILE`.",
    ),
    errors.IntensityUnknown: ProblemType(
        "intensity-unknown",
        422,
        "The carbon intensity is not known",
        "The request is valid, but the intensity of its signal is not known for any place or time it asks about. "
        "`unknown_zones` gives the reason for each grid zone, such as `plan-percentile-only`: the account has only "
        "percentiles, which order the hours of one place and cannot compare places; or `no-range`: a schedule with "
        "`risk: cautious` needs the 90th centile, and no backtest is of this zone. A marginal intensity is never "
        "replaced by an average one.",
        "Use `signal=average`, `risk: expected`, or places and times that the source covers; `GET /api/v1/sources` "
        "lists the zones of each source. If the reason is `late`, send the same request again in a few seconds.",
    ),
    errors.DoesNotFit: ProblemType(
        "does-not-fit",
        422,
        "The job does not fit into the time in which it may run",
        "The request is valid, but the job is longer than the time between its earliest start and its deadline, or "
        "`exclude` and `blackout` leave no gap that is long enough. `earliest_finish` is null if no week has such a "
        "gap, and for an interruptible job if none is found within 8 days after the search.",
        "Set a later `deadline` or more `search_hours` (the job can end at `earliest_finish`), a shorter "
        "`duration_hours`, or fewer excluded times.",
    ),
}
BY_STATUS: Mapping[int, ProblemType] = {
    400: INVALID,
    404: ProblemType(
        "not-found",
        404,
        "This path does not exist",
        "The service has no such path.",
        "Check the path; `/docs` lists all paths. A slash at the end makes it a different path.",
    ),
    405: ProblemType(
        "method-not-allowed",
        405,
        "This path does not support this method",
        "The path exists, but not for this method. GET is for reading, POST for requests with a body, DELETE for plans "
        "in the background and for webhooks.",
        "Use one of the methods in the `Allow` header.",
    ),
    413: ProblemType(
        "body-too-large",
        413,
        "The body is too large",
        "The body is larger than the service accepts. `detail` gives the limit in bytes.",
        "Split the request: `compare` accepts up to 1,000 options in one body.",
    ),
    415: ProblemType(
        "unsupported-media-type",
        415,
        "The body is not plain JSON",
        "The body is not declared as JSON, or it is compressed.",
        "Send JSON with `Content-Type: application/json` and without `Content-Encoding`.",
    ),
    416: ProblemType(
        "range-not-satisfiable",
        416,
        "The file has no such range",
        "The `Range` header asks for bytes beyond the end of a file.",
        "Use the length in the `Content-Range` header, or leave out `Range`.",
    ),
    500: INTERNAL,
}
TYPES: Mapping[str, ProblemType] = {kind.name: kind for kind in (*BY_ERROR.values(), *BY_STATUS.values())}
