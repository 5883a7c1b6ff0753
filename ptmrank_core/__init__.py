"""PTMRank ranks pre-trained models for your own labelled samples, without fine-tuning any of them."""

__all__ = ["__version__"]

__version__ = "0.1.0"
