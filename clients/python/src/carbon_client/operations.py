"""One method for each operation of the service that answers with JSON. Made by `python -m tools.make_client`; do not edit."""

from __future__ import annotations
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack
    from carbon_client import models


class Operations:
    """The operations; each raises what `Client` says."""

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = True,
    ) -> Any:
        raise NotImplementedError

    def add_usage(self, **body: Unpack[models.UsageRequest]) -> models.UsageWrittenAnswer:
        """Store what was used, and say what it emitted in the hours in which it ran.

        Grams are made from the stored readings of these hours; where none is stored, from what is usual in the
        zone. They are made anew when better readings come. As text/csv: a row a line, columns named as the
        fields, tag:NAME for tags.

        POST /api/v1/usage
        """
        answer: models.UsageWrittenAnswer = self._ask("POST", "/api/v1/usage", body=body, repeatable=False)
        return answer

    def badge(self, region: str, /) -> models.BadgeAnswer:
        """Give a region's carbon intensity now in the form of a badge endpoint.

        GET /badge/{region}.json
        """
        answer: models.BadgeAnswer = self._ask("GET", f"/badge/{quote(region, safe='')}.json")
        return answer

    def by_country(
        self, country_code: str, /, **query: Unpack[models.RankRegionsInCountryQuery]
    ) -> models.LocationsAnswer:
        """Rank the regions in one country or in the EU or EEA; empty if no cloud has any there.

        GET /v1/by-country/{country_code}
        """
        answer: models.LocationsAnswer = self._ask("GET", f"/v1/by-country/{quote(country_code, safe='')}", query=query)
        return answer

    def by_iata(self, iata: str, /, **query: Unpack[models.RankRegionsNearAirportQuery]) -> models.LocationsAnswer:
        """Rank the regions at one airport, or at the airports of a metropolitan area such as LON; may be empty.

        GET /v1/by-iata/{iata}
        """
        answer: models.LocationsAnswer = self._ask("GET", f"/v1/by-iata/{quote(iata, safe='')}", query=query)
        return answer

    def by_provider(self, id: str, /, **query: Unpack[models.RankRegionsOfProviderQuery]) -> models.LocationsAnswer:
        """Rank the regions of one cloud.

        GET /v1/by-provider/{id}
        """
        answer: models.LocationsAnswer = self._ask("GET", f"/v1/by-provider/{quote(id, safe='')}", query=query)
        return answer

    def by_rank(self, **query: Unpack[models.RankRegionsQuery]) -> models.LocationsAnswer:
        """Rank the regions of all clouds by lowest carbon, then highest spot score, lowest spot price, gid.

        GET /v1/by-rank
        """
        answer: models.LocationsAnswer = self._ask("GET", "/v1/by-rank", query=query)
        return answer

    def calculate(self, **body: Unpack[models.CalculateRequest]) -> models.CalculateAnswer:
        """Calculate the energy and the emissions of a machine from now on, or from a time in the past.

        co2_emissions_g is power_consumption_kwh (of the facility, with PUE) x carbon_intensity_used.

        POST /api/v1/calculate
        """
        answer: models.CalculateAnswer = self._ask("POST", "/api/v1/calculate", body=body)
        return answer

    def cancel_plan(self, plan_id: str, /) -> None:
        """Cancel a plan in the background, or remove one that is done or has failed.

        A cancelled plan stays cancelled, so that the request can be repeated.

        DELETE /api/v1/plans/{plan_id}
        """
        self._ask("DELETE", f"/api/v1/plans/{quote(plan_id, safe='')}")

    def compare(self, **body: Unpack[models.CompareRequest]) -> models.CompareAnswer:
        """Compare options, greenest first; best and worst repeat the first and the last row.

        Options that cannot be ranked are listed in not_compared.

        POST /api/v1/compare
        """
        answer: models.CompareAnswer = self._ask("POST", "/api/v1/compare", body=body)
        return answer

    def compare_footprint(self, **query: Unpack[models.CompareFootprintQuery]) -> models.ComparisonAnswer:
        """Set what AWS itself says that your accounts emitted beside what the ledger says, by month, account and region.

        AWS's figures are those that the operator's commands stored. Also as CSV and Markdown.

        GET /api/v1/usage/comparison
        """
        answer: models.ComparisonAnswer = self._ask("GET", "/api/v1/usage/comparison", query=query)
        return answer

    def create_webhook(self, **body: Unpack[models.WebhookRequest]) -> models.NewWebhook:
        """Have events of a zone sent to a URL, signed and repeated for a day until they are received.

        The answer has the secret that signs them; it is not shown again. With the header Idempotency-Key a
        request can be repeated for a day without making a second webhook.

        POST /api/v1/webhooks
        """
        answer: models.NewWebhook = self._ask("POST", "/api/v1/webhooks", body=body, repeatable=False)
        return answer

    def delete_budget(self, budget_name: str, /) -> None:
        """Remove a budget with its reservations. Usage and decisions stay.

        DELETE /api/v1/budgets/{budget_name}
        """
        self._ask("DELETE", f"/api/v1/budgets/{quote(budget_name, safe='')}")

    def delete_decision(self, decision_id: str, /) -> None:
        """Remove a decision with all that is kept of it. Rows of usage that name it stay.

        DELETE /api/v1/decisions/{decision_id}
        """
        self._ask("DELETE", f"/api/v1/decisions/{quote(decision_id, safe='')}")

    def delete_usage(self, usage_id: str, /) -> None:
        """Remove a row and the figures that it had.

        DELETE /api/v1/usage/{usage_id}
        """
        self._ask("DELETE", f"/api/v1/usage/{quote(usage_id, safe='')}")

    def delete_webhook(self, webhook_id: str, /) -> None:
        """Remove a webhook with its deliveries; those that wait are not sent any more.

        DELETE /api/v1/webhooks/{webhook_id}
        """
        self._ask("DELETE", f"/api/v1/webhooks/{quote(webhook_id, safe='')}")

    def forecast(self, **body: Unpack[models.ForecastRequest]) -> models.ForecastAnswer:
        """Forecast the carbon intensity of a zone, hour by hour, from its recent history.

        It begins with the first full hour at or after the end of history and does not depend on the present, so
        that histories of past years can be sent. Without weather, the first day is the best.

        POST /api/v1/forecast
        """
        answer: models.ForecastAnswer = self._ask("POST", "/api/v1/forecast", body=body)
        return answer

    def forecast_skill(self, **query: Unpack[models.GetForecastSkillQuery]) -> models.ForecastSkillAnswer:
        """Show how good stored forecasts were, against the readings that came: by zone, source and day ahead.

        They are scored once a day. A figure that rests on too little is null; its counts are there.

        GET /api/v1/forecast/skill
        """
        answer: models.ForecastSkillAnswer = self._ask("GET", "/api/v1/forecast/skill", query=query)
        return answer

    def get_budget(self, budget_name: str, /, **query: Unpack[models.GetBudgetQuery]) -> models.BudgetAnswer:
        """Show what was spent of a budget in its present period, what is reserved and what is left.

        GET /api/v1/budgets/{budget_name}
        """
        answer: models.BudgetAnswer = self._ask("GET", f"/api/v1/budgets/{quote(budget_name, safe='')}", query=query)
        return answer

    def get_decision(self, decision_id: str, /, **query: Unpack[models.GetDecisionQuery]) -> models.DecisionAnswer:
        """Show a decision, ask it again of what was kept, and show what came once its hours are over.

        The question is asked again at its time, of the grid and the tables that were read then. So the answer
        is equal to the byte, however prices, live values and own figures have changed, unless another release
        decides otherwise. What came is the promised energy in the hours as they were measured.

        GET /api/v1/decisions/{decision_id}
        """
        answer: models.DecisionAnswer = self._ask(
            "GET", f"/api/v1/decisions/{quote(decision_id, safe='')}", query=query
        )
        return answer

    def get_usage(self, usage_id: str, /) -> models.UsageAnswer:
        """Show one row, and the figures that it had before.

        GET /api/v1/usage/{usage_id}
        """
        answer: models.UsageAnswer = self._ask("GET", f"/api/v1/usage/{quote(usage_id, safe='')}")
        return answer

    def get_webhook(self, webhook_id: str, /) -> models.WebhookRow:
        """One webhook.

        GET /api/v1/webhooks/{webhook_id}
        """
        answer: models.WebhookRow = self._ask("GET", f"/api/v1/webhooks/{quote(webhook_id, safe='')}")
        return answer

    def health(self) -> models.HealthAnswer:
        """Say that the process is alive; never calls an upstream.

        To clients that rank plain text above JSON it says Healthy, as the Carbon Aware SDK does.

        GET /health
        """
        answer: models.HealthAnswer = self._ask("GET", "/health")
        return answer

    def instances(self, **query: Unpack[models.ListInstanceTypesQuery]) -> models.InstancesAnswer:
        """List instance types by provider and name, those whose size is not known last.

        Other endpoints accept services of any size by name (lambda-arm64-512mb, fargate-x86_64-4vcpu-8gb,
        db.r6g.large); this list contains the sizes that optimize compares.

        GET /api/v1/instances
        """
        answer: models.InstancesAnswer = self._ask("GET", "/api/v1/instances", query=query)
        return answer

    def list_budgets(self, **query: Unpack[models.ListBudgetsQuery]) -> models.BudgetsAnswer:
        """List the budgets of the caller's tenant, each with what is left of its present period.

        GET /api/v1/budgets
        """
        answer: models.BudgetsAnswer = self._ask("GET", "/api/v1/budgets", query=query)
        return answer

    def list_decisions(self, **query: Unpack[models.ListDecisionsQuery]) -> models.DecisionListAnswer:
        """List the decisions that were made in a span of UTC days: answers to questions with record.

        GET /api/v1/decisions
        """
        answer: models.DecisionListAnswer = self._ask("GET", "/api/v1/decisions", query=query)
        return answer

    def list_deliveries(
        self, webhook_id: str, /, **query: Unpack[models.ListDeliveriesQuery]
    ) -> models.DeliveriesAnswer:
        """List what was sent to a webhook, what waits, and what was given up (status=dead).

        GET /api/v1/webhooks/{webhook_id}/deliveries
        """
        answer: models.DeliveriesAnswer = self._ask(
            "GET", f"/api/v1/webhooks/{quote(webhook_id, safe='')}/deliveries", query=query
        )
        return answer

    def list_usage(self, **query: Unpack[models.ListUsageQuery]) -> models.UsageListAnswer:
        """List the rows that ran in a span of UTC days.

        GET /api/v1/usage
        """
        answer: models.UsageListAnswer = self._ask("GET", "/api/v1/usage", query=query)
        return answer

    def list_webhooks(self) -> models.WebhooksAnswer:
        """List the webhooks of the caller's tenant.

        GET /api/v1/webhooks
        """
        answer: models.WebhooksAnswer = self._ask("GET", "/api/v1/webhooks")
        return answer

    def optimize(self, **body: Unpack[models.OptimizeRequest]) -> models.OptimizeAnswer:
        """Choose the regions, instance types and time window that fit a workload best.

        Every emission is power_consumption_kwh (of the facility, with PUE) x carbon_intensity_used.

        POST /api/v1/optimize
        """
        answer: models.OptimizeAnswer = self._ask("POST", "/api/v1/optimize", body=body)
        return answer

    def plan(self, **body: Unpack[models.PlanRequest]) -> models.PlanAnswer | models.QueuedPlanAnswer:
        """Place several jobs, each in the best place and time that it may use.

        Each job is placed exactly: no other of its regions and no other time emits less, or with objective
        costs less. The transfer of its data counts, so that a move that saves less than its transfer is not
        made. As in schedule, a job waits only where backtests say that this pays. With risk cautious the 90th
        centile of the grid's figures decides. The baseline runs each job at its earliest at home.  With
        capacity, max_cost_usd or max_co2_kg jobs may have to give way to each other. If not all can be where
        they are best, a solver places them together within PLAN_SECONDS (10 unless the operator changed it):
        most jobs first, then the least emissions or cost. The answer is the best plan that was found; it keeps
        every limit, and solver.gap says how far it may be from the best one.  With background, and for more
        than 2,000 pairs of a job and a region with shared limits, the answer is a 202 that says where the plan
        will be.

        POST /api/v1/plan
        """
        answer: models.PlanAnswer | models.QueuedPlanAnswer = self._ask(
            "POST", "/api/v1/plan", body=body, repeatable=False
        )
        return answer

    def plan_status(self, plan_id: str, /) -> models.QueuedPlanAnswer:
        """What became of a plan in the background; once it is done, the plan.

        With API keys only those of the tenant that submitted a plan can read it.

        GET /api/v1/plans/{plan_id}
        """
        answer: models.QueuedPlanAnswer = self._ask("GET", f"/api/v1/plans/{quote(plan_id, safe='')}")
        return answer

    def problem_type(self, name: str, /) -> models.ProblemTypeAnswer:
        """Explain a kind of problem: every `type` of an error is the path of its page.

        Sent as HTML to clients that prefer it, such as browsers, and as JSON to all others. Never counted or
        limited.

        GET /problems/{name}
        """
        answer: models.ProblemTypeAnswer = self._ask("GET", f"/problems/{quote(name, safe='')}")
        return answer

    def put_budget(self, budget_name: str, /, **body: Unpack[models.BudgetRequest]) -> models.BudgetAnswer:
        """Create a budget, or replace one. What was spent and reserved counts against the new limits.

        Usage with all of its tags counts, also that of before. Placements reserve in it with record and budget.

        PUT /api/v1/budgets/{budget_name}
        """
        answer: models.BudgetAnswer = self._ask(
            "PUT", f"/api/v1/budgets/{quote(budget_name, safe='')}", body=body, repeatable=False
        )
        return answer

    def ready(self) -> models.ReadyAnswer:
        """Show the state of each source, the date of each catalog table, and the access rules.

        If an upstream is down, the service is still ready but degraded: answers use baselines.

        GET /ready
        """
        answer: models.ReadyAnswer = self._ask("GET", "/ready")
        return answer

    def region(self, region: str, /, **query: Unpack[models.GetRegionQuery]) -> models.RegionAnswer:
        """Show one region's grid now and over the next 24 hours.

        GET /api/v1/regions/{region}
        """
        answer: models.RegionAnswer = self._ask("GET", f"/api/v1/regions/{quote(region, safe='')}", query=query)
        return answer

    def region_history(
        self, region: str, /, **query: Unpack[models.GetRegionHistoryQuery]
    ) -> models.RegionHistoryAnswer:
        """Show the carbon intensity of a region's grid zone as it was, as far as this service has received it.

        GET /api/v1/regions/{region}/history
        """
        answer: models.RegionHistoryAnswer = self._ask(
            "GET", f"/api/v1/regions/{quote(region, safe='')}/history", query=query
        )
        return answer

    def regions(self, **query: Unpack[models.ListRegionsQuery]) -> models.RegionsAnswer:
        """List the regions a customer of the partition can open now, greenest first.

        GET /api/v1/regions
        """
        answer: models.RegionsAnswer = self._ask("GET", "/api/v1/regions", query=query)
        return answer

    def replay_delivery(self, webhook_id: str, delivery_id: str, /) -> models.DeliveryRow:
        """Send a delivery that has ended once more, with the same id and body: a dead letter, say. Takes no body.

        POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay
        """
        answer: models.DeliveryRow = self._ask(
            "POST",
            f"/api/v1/webhooks/{quote(webhook_id, safe='')}/deliveries/{quote(delivery_id, safe='')}/replay",
            repeatable=False,
        )
        return answer

    def report_pipeline(self, **body: Unpack[models.CiReportRequest]) -> models.CiReportAnswer:
        """Say what the jobs of a pipeline emitted, and store them as rows of usage.

        Beside it the same energy in the median region, and the mean of this pipeline's runs in the last week,
        and all of it as the text of a job summary and as the JSON of a badge.

        POST /api/v1/ci/report
        """
        answer: models.CiReportAnswer = self._ask("POST", "/api/v1/ci/report", body=body)
        return answer

    def report_savings(self, **query: Unpack[models.ReportSavingsQuery]) -> models.SavingsAnswer:
        """Sum up what recorded decisions saved: promised by their answers, and realised by what came.

        A decision counts on the UTC day on which it was made. What it saved is what its answer compares it
        with, less what it placed: promised by the figures of the answer; realised by the grid of the hours once
        they are over, and by the usage that names the decision. Losses are in the sums. Also as CSV and
        Markdown.

        GET /api/v1/savings
        """
        answer: models.SavingsAnswer = self._ask("GET", "/api/v1/savings", query=query)
        return answer

    def report_usage(self, **query: Unpack[models.ReportUsageQuery]) -> models.UsageReportAnswer:
        """Sum up what was used and emitted: by tags, regions or machines, in days or months.

        Sums are of what is known; hours without a figure are named beside them. Also as CSV and Markdown.

        GET /api/v1/usage/report
        """
        answer: models.UsageReportAnswer = self._ask("GET", "/api/v1/usage/report", query=query)
        return answer

    def schedule(self, **body: Unpack[models.ScheduleRequest]) -> models.ScheduleAnswer:
        """Find the window of lowest mean intensity for a job, in one region or the best of several.

        Exact for any start minute and length; of equal windows the earliest is chosen. With a deadline the job
        ends by it; without one it starts within search_hours, regardless of its length. No window overlaps
        exclude or blackout. With interruptible, optimal_window has the segments of least emissions, exact on
        the grid of grid_minutes; all of them end where a job in one piece would end at the latest, and exclude
        and blackout pause it.  With phases the power of the job changes with time: each hour's intensity counts
        by the energy of its phase.  With repeat each run of a job that comes back has its window in
        occurrences, from when it is due until flex_hours later; the other fields describe the first run.  With
        risk cautious the 90th centile of a window's mean decides in place of the mean; its range is in low and
        high.  Regions are ranked by the emissions of the job: with instance_type, machine or phases those of
        the machines with the PUE of each region, else per kWh; with carbon_price_usd_per_tonne by the cost of
        the job and of its emissions. region, zone and optimal_window are those of the best; options lists the
        next best.

        POST /api/v1/schedule
        """
        answer: models.ScheduleAnswer = self._ask("POST", "/api/v1/schedule", body=body)
        return answer

    def schedule_batch(self, **body: Unpack[models.ScheduleBatchRequest]) -> models.ScheduleBatchAnswer:
        """Find the best window of each job of a batch, in the order of the request.

        Each job is a question as schedule takes it and is answered as if it were sent alone: jobs do not
        compete with each other. A job that is wrong, or that fits nowhere, has its problem in place of a
        schedule; the others are answered. All are answered from the same data.

        POST /api/v1/schedule/batch
        """
        answer: models.ScheduleBatchAnswer = self._ask("POST", "/api/v1/schedule/batch", body=body)
        return answer

    def sources(self) -> models.SourcesAnswer:
        """List the sources of live data: coverage, state, licence, attribution, and whether a key is needed.

        GET /api/v1/sources
        """
        answer: models.SourcesAnswer = self._ask("GET", "/api/v1/sources")
        return answer

    def test_webhook(self, webhook_id: str, /) -> models.DeliveryRow:
        """Have an event of type test sent; its delivery says what came of it. Takes no body.

        POST /api/v1/webhooks/{webhook_id}/test
        """
        answer: models.DeliveryRow = self._ask(
            "POST", f"/api/v1/webhooks/{quote(webhook_id, safe='')}/test", repeatable=False
        )
        return answer

    def workloads(self, **query: Unpack[models.ListWorkloadsQuery]) -> models.WorkloadsAnswer:
        """List the workloads and priorities of optimize, each workload with its reference machine.

        GET /api/v1/workloads
        """
        answer: models.WorkloadsAnswer = self._ask("GET", "/api/v1/workloads", query=query)
        return answer

    def zone(self, zone: str, /, **query: Unpack[models.GetZoneQuery]) -> models.ZoneAnswer:
        """Show the current value of a grid zone, its yearly figures, and the regions in it.

        A retired zone name is answered with its successor.

        GET /api/v1/zones/{zone}
        """
        answer: models.ZoneAnswer = self._ask("GET", f"/api/v1/zones/{quote(zone, safe='')}", query=query)
        return answer

    def zone_forecast(self, zone: str, /, **query: Unpack[models.GetZoneForecastQuery]) -> models.ZoneForecastAnswer:
        """Show the carbon intensity expected of a grid zone, hour by hour, from the present hour on.

        A retired zone name is answered with its successor.

        GET /api/v1/zones/{zone}/forecast
        """
        answer: models.ZoneForecastAnswer = self._ask(
            "GET", f"/api/v1/zones/{quote(zone, safe='')}/forecast", query=query
        )
        return answer

    def zone_history(self, zone: str, /, **query: Unpack[models.GetZoneHistoryQuery]) -> models.ZoneHistoryAnswer:
        """Show the carbon intensity of a grid zone as it was, as far as this service has received it.

        A retired zone name is answered with its successor. Gaps are named, never filled.

        GET /api/v1/zones/{zone}/history
        """
        answer: models.ZoneHistoryAnswer = self._ask(
            "GET", f"/api/v1/zones/{quote(zone, safe='')}/history", query=query
        )
        return answer

    def zone_sources(self, zone: str, /, **query: Unpack[models.GetZoneSourcesQuery]) -> models.ZoneSourcesAnswer:
        """Show what each source says of a grid zone now, and how far they disagree.

        GET /api/v1/zones/{zone}/sources
        """
        answer: models.ZoneSourcesAnswer = self._ask(
            "GET", f"/api/v1/zones/{quote(zone, safe='')}/sources", query=query
        )
        return answer
