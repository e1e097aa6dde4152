from __future__ import annotations

from django.db import models


class TrafficRun(models.Model):
    """A run of `generate_traffic`: what it was asked for, and how far it has come.

    One that was interrupted goes on where it stopped; one that is finished is never repeated.
    """

    seed = models.CharField(max_length=64, unique=True)
    days = models.PositiveIntegerField()
    contacts = models.PositiveIntegerField()
    hits = models.PositiveIntegerField()
    until = models.DateTimeField()
    origin = models.CharField(max_length=200)
    sent = models.PositiveIntegerField(default=0)
    finished = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.seed
