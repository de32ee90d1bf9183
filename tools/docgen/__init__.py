"""What the scripts that write pages of documentation share: facts from the sources, and Markdown."""
