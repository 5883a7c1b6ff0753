"""Parts of pages that two pages or more draw."""
