"""The code that other websites embed, built for one site of this installation."""

from __future__ import annotations

from django.urls import reverse
from wagtail.models import Site


def base_url(site: Site) -> str:
    """Scheme, host and path of the public doors of one site, with a trailing slash."""
    return site.root_url + reverse("wagtail_contacttrack:mtc_js").removesuffix("mtc.js")


def javascript(site: Site) -> str:
    """The loader: to be placed before ``</body>`` of every page of a website."""
    return f"""<script>
(function (w, d, name, src) {{
  w.MauticTrackingObject = name;
  w[name] = w[name] || function () {{ (w[name].q = w[name].q || []).push(arguments); }};
  var script = d.createElement("script");
  script.async = true;
  script.src = src;
  d.head.appendChild(script);
}})(window, document, "mt", "{base_url(site)}mtc.js");

mt("send", "pageview");
</script>"""


def pixel_html(site: Site) -> str:
    """The pixel for a page that cannot run scripts; the values are to be replaced by hand."""
    return (
        f'<img src="{base_url(site)}mtracking.gif?page_url=https%3A%2F%2Fexample.com%2Fpricing'
        '&amp;page_title=Pricing" alt="" width="1" height="1" style="display:none">'
    )


def pixel_php(site: Site) -> str:
    """The pixel for pages made by PHP 7 or later, on https and behind proxies as well."""
    return f"""<?php
// Behind a proxy, the X-Forwarded headers say what the visitor has asked for.
$https  = !empty($_SERVER['HTTPS']) && strtolower($_SERVER['HTTPS']) !== 'off';
$scheme = strtok($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? ($https ? 'https' : 'http'), ', ');
$host   = strtok($_SERVER['HTTP_X_FORWARDED_HOST'] ?? $_SERVER['HTTP_HOST'], ', ');
$d = urlencode(base64_encode(serialize(array(
    'page_url'   => $scheme . '://' . $host . $_SERVER['REQUEST_URI'],
    'page_title' => $pageTitle ?? '',
    'referrer'   => $_SERVER['HTTP_REFERER'] ?? '',
    'language'   => 'en',
))));
echo '<img src="{base_url(site)}mtracking.gif?d=' . $d . '"'
   . ' alt="" width="1" height="1" style="display:none">';
?>"""
