"""Elements of the pages that scripts of ours draw or act for: what they are called, and what mounts them."""
