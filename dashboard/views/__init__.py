"""A package for each page; see README.md for how to add one."""
