"""One file for each page. A view never imports another."""
