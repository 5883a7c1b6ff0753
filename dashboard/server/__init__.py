"""What the server does for every page: who is asking, and importing ahead of the first page."""
