from __future__ import annotations

from django.urls import path

from . import views

app_name = "contacttrack_settings"

urlpatterns = [
    path("<int:pk>/test-hit/", views.TestHitView.as_view(), name="test_hit"),
    path("<int:pk>/test-hit/delete/", views.DeleteTestHitView.as_view(), name="delete_test_hit"),
    path("<int:pk>/signing-key/", views.RotateKeyView.as_view(), name="rotate_key"),
]
