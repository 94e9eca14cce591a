"""How a shape renders a source: by name or by a reader, from parts of the source, and with kept bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import pytest
from pydantic import Field

from api.shapes.reading import Json, Reading, Shown
from api.shapes.shape import CamelShape, Shape
from api.shapes.types import Kilograms, Percentage, Timestamp


@dataclass(frozen=True)
class Engine:
    horses: int
    fuel: str | None


@dataclass(frozen=True)
class Car:
    name: str
    engine: Engine | None
    grams: float | None = None
    seen_at: datetime | None = None
    tags: tuple[str, ...] = ()


of_engine = Reading(Engine)
of_car = Reading(Car)
of_car.part(of_engine, lambda car: car.engine, may_lack=True)
SMALL, BARE = Car("Uno", Engine(45, "petrol")), Car("Kit", None)


class EngineShape(Shape):
    """An engine."""

    horses: int = of_engine("Power.")


class CarShape(Shape):
    """A car."""

    name: str = of_car("Its name.")
    letters: int = of_car("Letters of its name.", lambda car: len(car.name))
    kilograms: Kilograms | None = of_car("Read from grams.", lambda car: car.grams)
    seen_at: Timestamp = of_car.optional("Absent if it was never seen.")
    fuel: str | None = of_engine("Null without an engine, too.")
    engine: EngineShape | None = of_car("The engine as an object.")
    tags: list[str] = of_car("Words.")


def test_a_field_is_read_by_its_name_or_by_its_reader_and_written_as_its_type_says() -> None:
    car = Car("Uno", Engine(45, "petrol"), 812_345.6, datetime(2026, 2, 11, 10, 30, tzinfo=UTC), ("old",))

    assert CarShape.of(car) == {
        "name": "Uno",
        "letters": 3,
        "kilograms": 812.3,  # 812,345.6 g, four significant digits
        "seen_at": "2026-02-11T10:30:00Z",
        "fuel": "petrol",
        "engine": {"horses": 45},
        "tags": ("old",),
    }


def test_an_optional_field_is_absent_where_nothing_is_read_and_a_nullable_one_is_null() -> None:
    body = CarShape.of(BARE)

    assert "seen_at" not in body
    assert body["kilograms"] is None


def test_the_fields_of_a_part_that_a_source_lacks_are_null() -> None:
    assert (CarShape.of(BARE)["fuel"], CarShape.of(BARE)["engine"]) == (None, None)


def test_a_nullable_optional_field_is_there_as_null() -> None:
    class Shy(Shape):
        fuel: str | None = of_engine.optional("Absent where another shape is rendered in this one's place.")

    assert Shy.of(Engine(45, None)) == {"fuel": None}


def test_a_field_with_a_condition_is_there_only_where_it_holds_even_as_null() -> None:
    class Strong(Shape):
        fuel: str | None = of_engine.optional("Of strong engines only.", when=lambda engine: engine.horses > 50)

    assert Strong.of(Engine(45, "petrol")) == {}
    assert Strong.of(Engine(99, "petrol")) == {"fuel": "petrol"}
    assert Strong.of(Engine(99, None)) == {"fuel": None}


def test_a_shape_inherits_the_fields_of_a_part() -> None:
    class Whole(EngineShape):
        name: str = of_car("Its name.")

    assert Whole.of(SMALL) == {"horses": 45, "name": "Uno"}
    assert list(Whole.model_fields) == ["horses", "name"]


def test_fields_that_are_kept_rendered_are_taken_as_they_are() -> None:
    of_parked = Reading(Car)
    of_parked.cached(of_engine, lambda _: {"horses": 99})

    class Parked(EngineShape):
        name: str = of_parked("Its name.")

    assert Parked.of(SMALL) == {"horses": 99, "name": "Uno"}


def test_a_half_is_added_to_a_body_which_stays_as_it_was() -> None:
    of_owner = Reading(str)

    class Owned(Shape):
        owner: str = of_owner("Who owns it.", lambda name: name)
        name: str = of_car("Its name.")

    rest: Json = {"owner": "Ada"}

    assert Owned.half_of(of_car)(SMALL, rest) == {"owner": "Ada", "name": "Uno"}
    assert rest == {"owner": "Ada"}


def test_a_shape_whose_fields_no_source_reaches_says_so_when_it_is_rendered() -> None:
    of_owner = Reading(str)

    class Torn(Shape):
        owner: str = of_owner("Who owns it.", lambda name: name)
        name: str = of_car("Its name.")

    with pytest.raises(TypeError, match="no source reaches all fields of Torn"):
        Torn.of(SMALL)


def test_a_field_that_its_source_does_not_have_ends_the_import() -> None:
    with pytest.raises(TypeError, match=r"Wrong\.colour: the source has no attribute of this name"):

        class Wrong(Shape):
            colour: str = of_car("No car has one.")


def test_camel_case_and_aliases_name_the_fields_of_the_answer() -> None:
    class Camel(CamelShape):
        full_name: str = of_car("Its name.", lambda car: car.name)

    class Alias(Shape):
        from_: str = of_car("Its name.", lambda car: car.name, alias="from")

    assert (Camel.of(SMALL), Alias.of(SMALL)) == ({"fullName": "Uno"}, {"from": "Uno"})
    assert (Camel.names(), Alias.names()) == (("fullName",), ("from",))


def test_a_value_that_is_rendered_is_not_converted_again() -> None:
    class Shares(Shape):
        share: Percentage = of_car("0 to 100.", lambda _: 0.25)
        percentage: Percentage = of_car.rendered("0 to 100.", lambda _: 25.0)

    assert Shares.of(SMALL) == {"share": 25.0, "percentage": 25.0}


def test_a_type_of_its_own_says_how_its_values_are_written() -> None:
    Loud = Annotated[str, Field(description="In capitals."), Shown(str.upper)]

    class Sign(Shape):
        name: Loud = of_car()

    assert Sign.of(SMALL) == {"name": "UNO"}


@pytest.mark.parametrize(
    "read",
    [
        lambda car: car.engine.fuel if car.grams is None else car.name,
        lambda car: car.engine is None,
        lambda car: car.tags and car.name,
        lambda car: SMALL.name,
        lambda car: car.engine.fuel,
    ],
    ids=["choice", "comparison", "conjunction", "value of another", "attributes alone"],
)
@pytest.mark.parametrize("car", [SMALL, Car("Kit", Engine(9, None), 1.0, tags=("new",))], ids=["Uno", "Kit"])
def test_a_reader_that_is_written_out_gives_what_it_gives_when_it_is_called(
    car: Car, read: Callable[[Car], object]
) -> None:
    class One(Shape):
        value: object = of_car("Any value.", read)

    assert One.of(car) == {"value": read(car)}
