"""GET and POST /graphql: the questions of the JSON interface as one graph."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.edge.roles import needs
from carbon.roles import Role

bp = Blueprint("graph", __name__)


@bp.route("/graphql", methods=["GET", "POST"])
@needs(Role.READ)
def graphql() -> Response:
    """Answer a document of GraphQL."""
    from api.graph.wire import answered  # 10 MB that a worker without such questions does not need

    return answered(request)


@bp.errorhandler(Exception)
def refused(error: Exception) -> Response:
    """Answer what fails as a whole, such as a key that is missing, in the form of GraphQL."""
    from api.graph import wire

    return wire.refused(error)
