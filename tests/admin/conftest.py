"""Pages of the admin, and users with few permissions."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse


@pytest.fixture
def contact_page(admin_client):
    """The page of a contact, as a superuser sees it."""

    def get(person, query=""):
        response = admin_client.get(
            reverse("contacttrack_contacts:inspect", args=[person.pk]) + query
        )
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return get


@pytest.fixture
def user_with(django_user_model):
    """Make users who may enter the admin and have these permissions besides."""

    def make(*codenames):
        user = django_user_model.objects.create_user(f"user-{uuid.uuid4()}", password="x")
        found = Permission.objects.filter(codename__in=["access_admin", *codenames])
        user.user_permissions.set(found)
        return user

    return make
