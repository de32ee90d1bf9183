"""The profile as one HTML file that needs nothing else: no server, no network."""

from accelc.profile.html.model import Facts
from accelc.profile.html.page import html_report, write_html_report

__all__ = ["Facts", "html_report", "write_html_report"]
