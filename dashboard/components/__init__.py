"""What pages are put together from: drawn on two pages or more, or too much for the file of one."""
