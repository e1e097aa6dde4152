from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "website/blocks/picture.html"


class CardBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "form"
        label = _("Card")


class ButtonBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Label"))
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    url = blocks.CharBlock(label=_("Or address"), required=False)

    class Meta:
        icon = "link"
        label = _("Button")
        template = "website/blocks/button.html"


class RowBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"))
    value = blocks.CharBlock(label=_("Value"))

    class Meta:
        icon = "list-ul"
        label = _("Row")


class BodyBlock(blocks.StreamBlock):
    """Everything that may stand in the body of a page."""

    heading = blocks.CharBlock(
        label=_("Heading"), icon="title", template="website/blocks/heading.html"
    )
    paragraph = blocks.RichTextBlock(
        label=_("Paragraph"), features=["bold", "italic", "link", "ol", "ul", "document-link"]
    )
    picture = PictureBlock()
    quote = blocks.BlockQuoteBlock(label=_("Quote"), icon="openquote")
    cards = blocks.ListBlock(
        CardBlock(), label=_("Cards"), icon="grip", template="website/blocks/cards.html"
    )
    rows = blocks.ListBlock(
        RowBlock(), label=_("Table"), icon="table", template="website/blocks/rows.html"
    )
    button = ButtonBlock()
    document = DocumentChooserBlock(
        label=_("Document"), icon="doc-full", template="website/blocks/document.html"
    )
