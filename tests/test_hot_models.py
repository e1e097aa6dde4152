"""What Wagtail must leave alone: tables that every visit writes to."""

from __future__ import annotations

import pytest
from django.apps import apps
from wagtail.models import ReferenceIndex
from wagtail.search.index import class_is_indexed

HOT = [
    model
    for model in apps.get_app_config("wagtail_contacttrack").get_models()
    if model.__name__ != "TrackingSettings"
]


@pytest.mark.parametrize("model", HOT)
def test_neither_search_nor_the_reference_index_looks_at_it(model):
    assert not ReferenceIndex.model_is_indexable(model)
    assert not class_is_indexed(model)
