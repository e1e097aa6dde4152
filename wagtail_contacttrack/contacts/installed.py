"""The fields that come with the app, and making sure that they are there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from .models import ContactField, FieldGroup, FieldObject, FieldType

Spec = tuple[str, str, str, str, dict[str, Any]]

CORE, SOCIAL, PERSONAL, WORK = (
    FieldGroup.CORE,
    FieldGroup.SOCIAL,
    FieldGroup.PERSONAL,
    FieldGroup.PROFESSIONAL,
)
T = FieldType

# Alias, label, type, group, and what else is not as usual. Labels are translated where they are
# shown, as long as no editor has changed them.
CONTACT: list[Spec] = [
    ("title", _("Title"), T.LOOKUP, CORE, {}),
    ("firstname", _("First name"), T.TEXT, CORE, {}),
    ("lastname", _("Last name"), T.TEXT, CORE, {}),
    ("email", _("E-mail"), T.EMAIL, CORE, {"unique_identifier": True}),
    ("mobile", _("Mobile"), T.TEL, CORE, {}),
    ("phone", _("Phone"), T.TEL, CORE, {}),
    ("fax", _("Fax"), T.TEL, CORE, {}),
    ("address1", _("Address line 1"), T.TEXT, CORE, {}),
    ("address2", _("Address line 2"), T.TEXT, CORE, {}),
    ("zipcode", _("Postcode"), T.TEXT, CORE, {}),
    ("city", _("City"), T.TEXT, CORE, {}),
    ("state", _("State"), T.REGION, CORE, {}),
    ("country", _("Country"), T.COUNTRY, CORE, {}),
    ("preferred_locale", _("Preferred language"), T.LOCALE, CORE, {}),
    ("timezone", _("Time zone"), T.TIMEZONE, CORE, {}),
    ("website", _("Website"), T.URL, CORE, {}),
    ("points", _("Points"), T.NUMBER, CORE, {"default": "0", "properties": {"scale": 0}}),
    ("last_active", _("Last active"), T.DATETIME, CORE, {}),
    ("company", _("Company"), T.TEXT, WORK, {}),
    ("position", _("Position"), T.TEXT, WORK, {}),
    ("attribution", _("Attribution"), T.NUMBER, WORK, {"properties": {"scale": 2}}),
    ("attribution_date", _("Attribution date"), T.DATETIME, WORK, {}),
    ("facebook", "Facebook", T.TEXT, SOCIAL, {}),
    ("foursquare", "Foursquare", T.TEXT, SOCIAL, {}),
    ("instagram", "Instagram", T.TEXT, SOCIAL, {}),
    ("linkedin", "LinkedIn", T.TEXT, SOCIAL, {}),
    ("skype", "Skype", T.TEXT, SOCIAL, {}),
    ("twitter", "Twitter", T.TEXT, SOCIAL, {}),
]
INDUSTRIES = [
    _("Aerospace & Defense"), _("Agriculture"), _("Apparel"), _("Automotive & Assembly"),
    _("Banking"), _("Biotechnology"), _("Chemicals"), _("Communications"), _("Construction"),
    _("Consumer Packaged Goods"), _("Education"), _("Electronics"), _("Energy"),
    _("Engineering"), _("Entertainment"), _("Environmental"), _("Finance"),
    _("Food & Beverage"), _("Government"), _("Healthcare"), _("Hospitality"), _("Insurance"),
    _("Machinery"), _("Manufacturing"), _("Media"), _("Metals & Mining"), _("Not for Profit"),
    _("Oil & Gas"), _("Packaging & Paper"), _("Private Equity & Principal Investors"),
    _("Recreation"), _("Real Estate"), _("Retail"), _("Semiconductors"), _("Shipping"),
    _("Social Sector"), _("Technology"), _("Telecommunications"), _("Transportation"),
    _("Utilities"), _("Other"),
]  # fmt: skip
COMPANY: list[Spec] = [
    ("companyname", _("Company name"), T.TEXT, CORE, {"unique_identifier": True, "required": True}),
    ("companyaddress1", _("Address line 1"), T.TEXT, CORE, {}),
    ("companyaddress2", _("Address line 2"), T.TEXT, CORE, {}),
    ("companyemail", _("E-mail"), T.EMAIL, CORE, {}),
    ("companyphone", _("Phone"), T.TEL, CORE, {}),
    ("companycity", _("City"), T.TEXT, CORE, {}),
    ("companystate", _("State"), T.REGION, CORE, {}),
    ("companyzipcode", _("Postcode"), T.TEXT, CORE, {}),
    ("companycountry", _("Country"), T.COUNTRY, CORE, {}),
    ("companywebsite", _("Website"), T.URL, CORE, {}),
    ("companyfax", _("Fax"), T.TEL, CORE, {}),
    (
        "companynumber_of_employees",
        _("Number of employees"),
        T.NUMBER,
        WORK,
        {"properties": {"scale": 0}},
    ),
    ("companyannual_revenue", _("Annual revenue"), T.NUMBER, WORK, {"properties": {"scale": 2}}),
    ("companyindustry", _("Industry"), T.SELECT, WORK, {"options": [[n, n] for n in INDUSTRIES]}),
    ("companydescription", _("Description"), T.TEXTAREA, WORK, {}),
]


def install(using: str) -> list[ContactField]:
    """Add those of the fields that are missing, and return them.

    What editors have changed stays as it is.
    """
    fields = ContactField.objects.using(using)
    there = set(fields.values_list("object", "alias"))
    missing = [
        _row(object, order, spec)
        for object, specs in ((FieldObject.CONTACT, CONTACT), (FieldObject.COMPANY, COMPANY))
        for order, spec in enumerate(specs, start=1)
        if (object, spec[0]) not in there
    ]
    if missing:
        fields.bulk_create(missing, ignore_conflicts=True)
    return missing


def _row(object: str, order: int, spec: Spec) -> ContactField:
    alias, label, type, group, further = spec
    # What describes a company names nobody: the tracker may set it, as it may assign the company.
    further = {"publicly_updatable": object == FieldObject.COMPANY, **further}
    return ContactField(
        object=object,
        alias=alias,
        label=label,
        type=type,
        group=group,
        order=order,
        installed=True,
        **further,
    )
