"""The profile as one HTML file that needs nothing else: no server, no network."""

from accelc.profile.html.library import chart_script
from accelc.profile.html.model import Facts
from accelc.profile.html.page import html_report, write_html_report

__all__ = ["Facts", "chart_script", "html_report", "write_html_report"]
