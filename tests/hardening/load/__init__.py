"""Many visitors of a shared server at once: how long they wait, what it takes, and whether it is fair."""
