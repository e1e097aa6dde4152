from __future__ import annotations

from django.urls import path

from . import duplicates, merging, notes, undoing

app_name = "contacttrack_identity"

urlpatterns = [
    path("<int:pk>/merge/", merging.ChooseOtherView.as_view(), name="choose"),
    path("<int:pk>/merge/<int:other>/", merging.MergeView.as_view(), name="merge"),
    path("merges/<int:pk>/undo/", undoing.UndoMergeView.as_view(), name="undo_merge"),
    path("<int:pk>/notes/add/", notes.AddNoteView.as_view(), name="add_note"),
    path("notes/<int:pk>/delete/", notes.DeleteNoteView.as_view(), name="delete_note"),
    path("duplicates/", duplicates.DuplicatesView.as_view(), name="duplicates"),
    path(
        "<int:pk>/is-not/<int:other>/",
        duplicates.NotADuplicateView.as_view(),
        name="not_a_duplicate",
    ),
]
