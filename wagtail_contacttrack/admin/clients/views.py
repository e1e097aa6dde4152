"""List, make, change and delete API clients, and renew their secrets."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.widgets.button import Button
from wagtail.log_actions import log

from ...api.oauth import clients
from ..checked import GoneMixin, PermissionFirstMixin
from ..named import SuccessMixin
from . import logs

# As in the menu.
TITLE = _("API clients")
KIND = _("API client")


class TrailMixin:
    """The list is called in breadcrumbs what the menu calls it."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = list(super().get_breadcrumbs_items())  # type: ignore[misc]
        index = reverse("contacttrack_clients:index")
        return [{**item, "label": TITLE} if item.get("url") == index else item for item in items]


class OneClientMixin(TrailMixin, GoneMixin, PermissionFirstMixin):
    """What the views of one client have in common. Other applications of the toolkit are hidden."""

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        found = super().get_object(*args, **kwargs)
        if found.authorization_grant_type not in (
            found.GRANT_AUTHORIZATION_CODE,
            found.GRANT_CLIENT_CREDENTIALS,
        ):
            raise Http404
        return found


class WaysColumn(Column):
    """For whom a client acts."""

    def get_value(self, instance: Any) -> Any:
        user = clients.user_of(instance)
        asks = gettext("Users who consent")
        if user is None:
            return asks
        alone = gettext("%(user)s, without asking") % {"user": user.get_username()}
        return f"{alone}; {asks}" if instance.redirect_uris.strip() else alone


class LastUseColumn(Column):
    """When a client last used a token."""

    cell_template_name = "wagtail_contacttrack/clients/last_use.html"

    def get_value(self, instance: Any) -> Any:
        return instance.last_use


class ClientIndexView(generic.IndexView):
    """All clients, with what they may do and when they last did something."""

    template_name = "wagtail_contacttrack/fields/index.html"
    page_title = TITLE
    add_item_label = _("Add API client")
    verbose_name_plural = TITLE
    any_permission_required = ("view",)
    default_ordering = ("name", "pk")
    search_fields = ("name", "client_id")
    is_searchable = True

    def get_base_queryset(self) -> Any:
        return clients.all_clients().select_related("user")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        title = self._get_title_column_class(TitleColumn)
        return [
            title("name", label=_("Name"), accessor=str, get_url=self.get_edit_url),
            Column("client_id", label=_("Client id"), classname="ct-wide"),
            WaysColumn("ways", label=_("Acts for")),
            LastUseColumn("last_use", label=_("Last used")),
        ]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        rows = list(context["object_list"])
        used = clients.last_uses([row.pk for row in rows])
        for row in rows:
            row.last_use = used.get(row.pk)
        if page := context.get("page_obj"):
            count = page.paginator.count
            label = ngettext("%(count)d API client", "%(count)d API clients", count)
            page.paginator.items_count_label = label % {"count": count}
        return context

    def get_list_more_buttons(self, instance: Any) -> list[Any]:
        buttons = list(super().get_list_more_buttons(instance))
        user = self.request.user
        if self.user_has_permission("change") and clients.may_hand_out(
            user, clients.user_of(instance)
        ):
            url = reverse("contacttrack_clients:renew", args=[instance.pk])
            buttons.append(Button(gettext("New secret"), url=url, icon_name="key", priority=20))
        return buttons


class SecretMixin:
    """Shows a secret, which is the only time that anybody can read it."""

    request: HttpRequest

    def shown(self, client: Any, secret: str, title: str) -> HttpResponseBase:
        base = reverse("wagtail_contacttrack:oauth_token").removesuffix("oauth/v2/token")
        context = {
            **self.get_context_data(),  # type: ignore[attr-defined]
            "page_title": title,
            "header_title": title,
            "client": client,
            "secret": secret,
            "base_url": self.request.build_absolute_uri(base),
            "list_url": reverse("contacttrack_clients:index"),
        }
        template = "wagtail_contacttrack/clients/secret.html"
        # No cache keeps it: Wagtail says so for all pages of the admin.
        return TemplateResponse(self.request, template, context)


class ClientAddView(TrailMixin, SecretMixin, generic.CreateView):
    """A new client; its secret is shown once it is made."""

    page_subtitle = KIND

    def save_action(self) -> HttpResponseBase:
        return self.shown(self.object, self.form.secret, gettext("API client created"))


class ClientEditView(SuccessMixin, OneClientMixin, generic.EditView):
    """Its name, its addresses, and as whom it acts."""

    success_message = _("The API client “%(object)s” has been saved.")


class ClientDeleteView(SuccessMixin, OneClientMixin, generic.DeleteView):
    """Asks once, saying who is concerned."""

    success_message = _("The API client “%(object)s” has been deleted.")

    @property
    def confirmation_message(self) -> str:
        people = clients.people_of(self.object)
        what = gettext("Delete this API client? Its tokens stop working at once.")
        if not people:
            return f"{what} {gettext('Nobody uses it just now.')}"
        whose = ngettext(
            "It acts for %(count)d user just now.", "It acts for %(count)d users just now.", people
        )
        return f"{what} {whose % {'count': people}}"


class ClientHistoryView(OneClientMixin, HistoryView):
    """Who changed what about a client."""

    any_permission_required = ("view",)


class RenewView(
    OneClientMixin, BaseObjectMixin, SecretMixin, WagtailAdminTemplateMixin, TemplateView
):
    """Ask, then give a client a new secret."""

    template_name = "wagtail_contacttrack/clients/renew.html"
    page_title = _("New secret")
    header_icon = "key"
    index_url_name = ""
    permission_required = "change"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Who has the secret has the rights of the user as whom the client acts.
        if not self.gone and not clients.may_hand_out(request.user, clients.user_of(self.object)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("contacttrack_clients:index"), "label": TITLE}
        return [*self.breadcrumbs_items, index, {"url": "", "label": str(self.object)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "client": self.object,
            "back_url": reverse("contacttrack_clients:edit", args=[self.object.pk]),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        secret = clients.renew_secret(self.object)
        log(instance=self.object, action=logs.RENEW)
        return self.shown(self.object, secret, gettext("New secret"))
