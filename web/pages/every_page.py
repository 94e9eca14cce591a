"""What all pages have in common in one application: their templates, what these may call, and where no page is."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from api.edge import problems
from web.pages import words
from web.pages.files import address_of
from web.pages.forms import csrf_field, is_signed_in
from web.pages.page import link, prefers_html, problem_page

bp = Blueprint("every_page", __name__, template_folder="../templates")
bp.add_app_template_global(address_of, "file")
bp.add_app_template_global(link, "link")
bp.add_app_template_global(csrf_field, "csrf_field")
bp.add_app_template_global(is_signed_in, "is_signed_in")
for _filter in words.FILTERS:
    bp.add_app_template_filter(_filter)


@bp.app_errorhandler(Exception)
def failed(error: Exception) -> Response:
    """The problem of an error outside of pages, as JSON for programs.

    A browser that asks for an address or a method that does not exist gets a page.
    """
    is_nowhere = request.url_rule is None and isinstance(error, NotFound | MethodNotAllowed)
    return problem_page(error) if is_nowhere and prefers_html() else problems.answer(error)
