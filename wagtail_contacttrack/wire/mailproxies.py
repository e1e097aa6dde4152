"""Machines that open mail and follow its links before, or instead of, the person it is for."""

from __future__ import annotations

from .agents import MAX_LENGTH
from .text import cut

# What their User-Agent contains, in lower case, and how editors know them. They load pictures on
# behalf of readers, or of nobody.
_PROXIES = (
    ("googleimageproxy", "Google image proxy"),
    ("yahoomailproxy", "Yahoo Mail proxy"),
    ("yahoocachesystem", "Yahoo Mail proxy"),
    ("yandeximageresizer", "Yandex Mail proxy"),
    ("mail.ru/", "Mail.ru proxy"),
    ("seznamemailproxy", "Seznam mail proxy"),
    ("duckduckgo-favicons", "DuckDuckGo"),
    ("imageproxy", "Image proxy"),
    ("mailproxy", "Mail proxy"),
)
# They look for danger behind each link of a message.
_SCANNERS = (
    ("safelinks", "Microsoft Safe Links"),
    ("microsoft office existence discovery", "Microsoft Office"),
    ("microsoft-atp", "Microsoft Defender"),
    ("bingpreview", "Microsoft preview"),
    ("skypeuripreview", "Microsoft preview"),
    ("proofpoint", "Proofpoint"),
    ("urldefense", "Proofpoint"),
    ("barracuda", "Barracuda"),
    ("mimecast", "Mimecast"),
    ("messagelabs", "Symantec"),
    ("symantec", "Symantec"),
    ("cloudmark", "Cloudmark"),
    ("ironport", "Cisco"),
    ("fortisandbox", "Fortinet"),
    ("fortimail", "Fortinet"),
    ("forcepoint", "Forcepoint"),
    ("websense", "Forcepoint"),
    ("trendmicro", "Trend Micro"),
    ("hornetsecurity", "Hornetsecurity"),
    ("spamexperts", "SpamExperts"),
    ("mailmarshal", "MailMarshal"),
    ("mailscanner", "MailScanner"),
    ("avanan", "Check Point"),
    ("virustotal", "VirusTotal"),
    ("urlscan", "urlscan"),
    ("linkscanner", "Link scanner"),
    ("link scanner", "Link scanner"),
    ("linkcheck", "Link checker"),
    ("urlcheck", "Link checker"),
)
_MARKS = (*_PROXIES, *_SCANNERS)
# Apple's proxy says this and nothing else. It loads the pictures of all mail, read or not.
_APPLE = "Mozilla/5.0"


def mail_machine(user_agent: str) -> str:
    """The name of the scanner or proxy that sent this header, or "" for anybody else.

    Those that pose as browsers cannot be told by it; the time since the message was sent can tell
    some of them.
    """
    if user_agent.strip() == _APPLE:
        return "Apple Mail privacy"
    text = cut(user_agent, MAX_LENGTH).lower()
    return next((name for mark, name in _MARKS if mark in text), "")
