"""An endpoint is a request class and a shape; the document, the JSON body and the table follow from them."""

from __future__ import annotations

from dataclasses import dataclass

from apiflask import APIBlueprint, APIFlask
from flask import Response

from api.edge.exchange import current
from api.edge.lists import Page, PageParameters, answered
from api.shapes.parts import Listed, Success
from api.shapes.reading import Json, Reading
from api.shapes.shape import Shape
from api.shapes.types import Grams, Kilograms
from tests.contract.document import check
from tests.fakes.service import service


@dataclass(frozen=True)
class Meal:
    dish: str
    gco2e: float


of_meal = Reading(Meal)
of_page = Reading(Listed[Page])


class MealRow(Shape):
    """A meal."""

    dish: str = of_meal("What it is.", examples=["lentil soup"])
    emissions_g: Grams = of_meal("gCO2e of a plate.", lambda meal: meal.gco2e)
    emissions_kg: Kilograms = of_meal("The same in kg.", lambda meal: meal.gco2e)


class MealsAnswer(Success):
    """The meals of the day."""

    total_meals: int = of_page("Number of meals.", lambda page: page.result.total)
    meals: list[MealRow] = of_page.rendered("The meals.", lambda page: page.rows)


class MealsParameters(PageParameters):
    """Which meals."""


MEALS = (Meal("lentil soup", 412.34567), Meal("goulash", 2_300.0))


def app_with_meals() -> APIFlask:
    bp = APIBlueprint("meals", __name__, tag="Catalog")

    @bp.get("/api/v1/canteens/<canteen>/meals")
    @bp.input(MealsParameters, location="query", arg_name="query")
    @bp.output(MealsAnswer)
    @bp.doc(operation_id="listMeals")
    def meals(canteen: str, query: MealsParameters) -> Response:
        """List the meals."""
        rows: list[Json] = [MealRow.of(meal) for meal in MEALS][query.offset :][: query.limit]
        page = Page(total=len(MEALS), limit=query.limit, offset=query.offset)
        return answered(MealsAnswer.of(Listed(rows, page), current().session), rows, MealRow, page)

    app = service()
    app.register_blueprint(bp)
    return app


def test_an_operation_without_an_example_is_in_the_document_without_one() -> None:
    document = app_with_meals().test_client().get("/openapi.json").get_json()

    operation = document["paths"]["/api/v1/canteens/{canteen}/meals"]["get"]
    content = operation["responses"]["200"]["content"]
    assert operation["summary"] == "List the meals."
    assert content["application/json"] == {"schema": {"$ref": "#/components/schemas/MealsAnswer"}}
    assert content["text/csv"] == {"schema": {"$ref": "#/components/schemas/CsvTable"}}
    assert document["components"]["schemas"]["MealRow"] == {
        "type": "object",
        "description": "A meal.",
        "properties": {
            "dish": {"type": "string", "description": "What it is.", "examples": ["lentil soup"]},
            "emissions_g": {"type": "number", "minimum": 0, "description": "gCO2e of a plate."},
            "emissions_kg": {"type": "number", "minimum": 0, "description": "The same in kg."},
        },
        "required": ["dish", "emissions_g", "emissions_kg"],
    }


def test_its_json_is_as_its_shape_says() -> None:
    client = app_with_meals().test_client()
    document = client.get("/openapi.json").get_json()

    answer = client.get("/api/v1/canteens/north/meals?limit=1").get_json()

    assert answer["total_meals"] == 2
    assert answer["meals"] == [{"dish": "lentil soup", "emissions_g": 412.3, "emissions_kg": 0.4123}]  # four digits
    check(answer["meals"][0], document["components"]["schemas"]["MealRow"])


def test_its_table_has_a_column_for_each_field_in_the_order_of_the_shape() -> None:
    headers = {"Accept": "text/csv"}

    answer = app_with_meals().test_client().get("/api/v1/canteens/north/meals", headers=headers)

    assert answer.text.splitlines() == [
        "dish,emissions_g,emissions_kg",
        "lentil soup,412.3,0.4123",
        "goulash,2300.0,2.3",
    ]
