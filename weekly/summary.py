"""Queries Prometheus or Thanos for what happened in the week and mails it.

    python3 -I summary.py SETTINGS.json

One file, and nothing but Python's standard library: it runs in a stock image, from a ConfigMap, and its TLS, HTTP and
SMTP are the library's. SETTINGS.json says what to ask and whom to tell; passwords and keys are read from the files that
it names. Ends with 0 when the mail is accepted, with 1 and one line on standard error when not. Nothing secret is printed.
"""

import http.client
import json
import math
import smtplib
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage
from email.utils import formatdate

QUERY_SECONDS = 120
SMTP_SECONDS = 30
SEVERITIES = ["critical", "warning", "info"]


class Failure(Exception):
    """What went wrong, in one line that may be logged."""


def main(path):
    with open(path, encoding="utf-8") as file:
        settings = json.load(file)
    source = Source(settings["query"], time.time())
    headline = ", ".join(f"{value} {what}" for what, value in source.figures(settings["headline"]))
    sections = [section(source, each) for each in settings["sections"]]
    week = time.strftime("%Y-%m-%d", time.gmtime(source.at))
    body = [f"The week to {time.strftime('%A, %d %B %Y, %H:%M UTC', time.gmtime(source.at))}.", *sections]
    body += [f"Note: {warning}" for warning in sorted(source.warnings)]
    mail = EmailMessage()
    mail["Subject"] = f"{settings['title']}, week to {week}: {headline}"
    mail["From"] = settings["mail"]["from"]
    mail["To"] = ", ".join(settings["mail"]["to"])
    mail["Date"] = formatdate(source.at)
    # The same for the same week: a mail that was accepted twice, because the answer was lost, can be told as one.
    domain = settings["mail"]["from"].rpartition("@")[2]
    mail["Message-ID"] = f"<weekly-summary.{settings['id']}.{week}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    # Seven bits, whatever the mail server can do.
    mail.set_content("\n\n".join(body) + "\n", cte="quoted-printable")
    send(mail, settings["mail"])


class Source:
    """The query API at one moment, so that all figures are of the same week."""

    def __init__(self, settings, at):
        self.url = settings["url"]
        self.at = at
        self.warnings = set()
        try:
            self.tls = ssl.create_default_context(cafile=settings["ca"])
            self.tls.minimum_version = ssl.TLSVersion.TLSv1_2
            self.tls.load_cert_chain(settings["certificate"], settings["key"])
        except (OSError, ssl.SSLError) as error:
            raise Failure(f"certificates of the query: {error}") from None

    def ask(self, title, expression):
        """Labels and value of every series of an expression; a value that is no number is left out."""
        given = urllib.parse.urlencode({"query": expression, "time": f"{self.at:.3f}"})
        try:
            address = f"{self.url}/api/v1/query?{given}"
            with urllib.request.urlopen(address, timeout=QUERY_SECONDS, context=self.tls) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failure(f'query "{title}" at {self.url}: {error.code} {reason(error)}') from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Failure(f'query "{title}" at {self.url}: {getattr(error, "reason", error)}') from None
        if told.get("status") != "success":
            raise Failure(f'query "{title}" at {self.url}: {told.get("error", "no success and no error told")}')
        self.warnings.update(told.get("warnings", []))
        series = [(one["metric"], float(one["value"][1])) for one in told["data"]["result"]]
        return [(labels, value) for labels, value in series if math.isfinite(value)]

    def figures(self, wanted):
        """Title and text of single numbers."""
        for figure in wanted:
            found = self.ask(figure["title"], figure["expression"])
            yield figure["title"], text(found[0][1], figure["unit"]) if found else "no data"


def reason(error):
    """What the API says of a refused query; whatever else answers with an error says nothing here."""
    try:
        return json.load(error)["error"]
    except (OSError, ValueError, KeyError, TypeError):
        return error.reason


def section(source, wanted):
    lines = [wanted["title"], "-" * len(wanted["title"])]
    if wanted["kind"] == "figures":
        figures = [[f"{title}:", value] for title, value in source.figures(wanted["figures"])]
        return "\n".join(lines + aligned(figures))
    rows = table(source, wanted)
    left_out = len(rows) - wanted["limit"]
    if not rows:
        return "\n".join([*lines, wanted["empty"]])
    columns = list(enumerate(wanted["columns"]))
    header = [*wanted["by"], *(column["title"] for _, column in columns)]
    shown = [
        [*key, *(text(cells.get(at, 0), column["unit"]) for at, column in columns)]
        for key, cells in rows[: wanted["limit"]]
    ]
    lines += aligned([header, *shown])
    return "\n".join(lines + ([f"… and {left_out} more."] if left_out > 0 else []))


def table(source, wanted):
    """Rows by their labels, one cell for each column that has a value, in the order that the section asks for."""
    rows = {}
    for at, column in enumerate(wanted["columns"]):
        for labels, value in source.ask(column["title"], column["expression"]):
            rows.setdefault(tuple(labels.get(label, "") for label in wanted["by"]), {})[at] = value
    last = len(wanted["columns"]) - 1
    sign = 1 if wanted["order"] == "ascending" else -1

    def rank(row):
        key, cells = row
        severity = key[wanted["by"].index("severity")] if "severity" in wanted["by"] else ""
        grave = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
        return (grave, sign * cells.get(last, 0), key)

    return sorted(rows.items(), key=rank)


def aligned(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def text(value, unit):
    if unit == "percent":
        return f"{value:.3f} %"
    if unit == "bytes":
        for size in ["B", "KiB", "MiB", "GiB"]:
            if abs(value) < 1024:
                return f"{value:.3g} {size}" if size != "B" else f"{value:.0f} B"
            value /= 1024
        return f"{value:.3g} TiB"
    if unit == "seconds":
        minutes = round(value / 60)
        parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")]
        return " ".join(f"{count} {name}" for count, name in parts if count) or "0 min"
    return f"{value:,.0f}".replace(",", " ")


def send(mail, settings):
    """Over TLS from the first byte on port 465, by STARTTLS on any other; never without."""
    smarthost, username = settings["smarthost"], settings["username"]
    host, _, port = smarthost.rpartition(":")
    try:
        with open(settings["passwordFile"], encoding="utf-8") as file:
            password = file.read().strip()
        tls = ssl.create_default_context(cafile=settings.get("ca"))
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        with connect(host, int(port), tls) as server:
            server.login(username, password)
            refused = server.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        # What the server says may quote what it was told.
        raise Failure(f"mail by {smarthost}: log-in of {username} refused ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise Failure(f"mail by {smarthost}: every recipient refused ({', '.join(error.recipients)})") from None
    except smtplib.SMTPResponseException as error:
        raise Failure(f"mail by {smarthost}: answered {error.smtp_code}") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Failure(f"mail by {smarthost}: {error}") from None
    told = [address for address in settings["to"] if address not in refused]
    print(f"mailed to {', '.join(told)}" + (f"; refused: {', '.join(refused)}" if refused else ""))


def connect(host, port, tls):
    if port == 465:
        return smtplib.SMTP_SSL(host, port, timeout=SMTP_SECONDS, context=tls)
    server = smtplib.SMTP(host, port, timeout=SMTP_SECONDS)
    # Raises where the server does not offer it, before anything is said that matters.
    server.starttls(context=tls)
    return server


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Failure as failure:
        sys.exit(f"weekly-summary: {failure}")
