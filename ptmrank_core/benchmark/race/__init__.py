"""A race: real training of the plausible models in growing doses, until one is decided on."""
