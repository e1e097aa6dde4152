"""Whatever a program sends, the API answers as its description says."""

from __future__ import annotations

import base64
import os

import openapi_spec_validator
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from tests.activity.making import contact, did
from tests.api.conftest import PASSWORD
from wagtail_contacttrack.api.description import document
from wagtail_contacttrack.contacts import fieldset

pytestmark = [pytest.mark.django_db, pytest.mark.programs]

EXAMPLES = int(os.environ.get("API_EXAMPLES", "25"))
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
NAMES = sorted(
    operation["operationId"]
    for methods in document("/api/")["paths"].values()
    for operation in methods.values()
)


@pytest.fixture
def schema(db):
    for signal in (request_started, request_finished):
        # As Django's own test client does, so that the test's transaction goes on.
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_one_of_those_that_are_described(schema, admin_user, name):
    admin_user.set_password(PASSWORD)
    admin_user.save()
    pair = base64.b64encode(f"{admin_user.get_username()}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}"}
    did(contact(email="ada@site.example"), 1, 2)

    @given(case=schema.find_operation_by_id(name).as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def any_request(case):
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)
        fieldset.clear()

    any_request()


def test_the_document_is_valid(client):
    openapi_spec_validator.validate(client.get("/api/openapi.json").json())
