from __future__ import annotations

from django.urls import path

from . import views

app_name = "contacttrack_marks"

urlpatterns = [
    path("<int:pk>/tags/", views.ContactTagsView.as_view(), name="tags"),
    path("<int:pk>/companies/", views.ContactCompaniesView.as_view(), name="companies"),
]
